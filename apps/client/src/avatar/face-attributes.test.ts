import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeBundle, type AvatarBundle } from '@guise/avatar';
import { decodeImage, encodePng } from '@guise/media';
import { afterEach, describe, expect, it } from 'vitest';
import {
  drawAttributes,
  type DrawnAttributes,
} from '../../../../tools/synthetic-faces/src/attributes/draw-attributes.js';
import { EXIT_CODES } from '../exit-codes.js';
import { openFakeAuthority } from '../testing/fake-authority.js';
import { openTestClient } from '../testing/test-context.js';
import { builtinBundle, findCharacter } from './builtin.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const bare = await builtinBundle(findCharacter('clay'));

async function wearing(drawn: Omit<DrawnAttributes, 'seed'>): Promise<AvatarBundle> {
  const { picture, landmarks } = bare;
  const face = await drawAttributes(await decodeImage(picture.bytes), landmarks, { ...drawn, seed: 2 });
  return { ...bare, name: 'Worn', picture: { ...picture, bytes: await encodePng(face) } };
}

/** A paired client with this avatar in a file. */
async function clientWith(bundle: AvatarBundle) {
  const asked: string[] = [];
  const refusing = () => {
    asked.push('permit');
    return { status: 403, json: { title: 'refused' } };
  };
  const authority = await openFakeAuthority({ 'POST /v1/permits': refusing });
  const guise = await openTestClient({ json: true });
  closing.push(authority.close, guise.close);
  expect(await guise.run('login', '--authority', authority.url)).toBe(EXIT_CODES.ok);
  const file = join(guise.home, 'avatar.guise');
  await writeFile(file, encodeBundle(bundle));
  const input = ['--avatar', `ava_${'a'.repeat(26)}`];
  return {
    asked,
    said: () => JSON.stringify(guise.events()),
    inspect: () => guise.run('avatar', 'inspect', file),
    process: (...rest: readonly string[]) =>
      guise.run('process', '-s', file, '-t', 'in.mp4', '-o', join(guise.home, 'o.mp4'), ...input, ...rest),
    run: (...rest: readonly string[]) =>
      guise.run('run', '-s', file, '--input', 'in.mp4', '-o', join(guise.home, 'o.mp4'), ...input, ...rest),
  };
}

describe('an avatar that wears glasses or a beard', () => {
  it.each([
    ['glasses', { glasses: 'acetate' }],
    ['a beard', { beard: 'full' }],
  ] as const)('with %s is refused as an overlay, before a permit is asked for', async (words, drawn) => {
    const { asked, said, ...guise } = await clientWith(await wearing(drawn));
    for (const command of [guise.process, guise.run])
      expect(await command('--mode', 'overlay')).toBe(EXIT_CODES.badInput);
    expect(said()).toContain(`wears ${words}, which an overlay would put on your face`);
    expect(said()).toContain('--mode portrait');
    expect(asked).toEqual([]);
  });

  it('is worn as a portrait, or when the wearer says that there are none', async () => {
    const { asked, said, ...guise } = await clientWith(await wearing({ glasses: 'acetate' }));
    for (const command of [guise.process, guise.run]) {
      await command('--mode', 'portrait');
      await command('--mode', 'overlay', '--bare-face');
    }
    expect(asked).toEqual(['permit', 'permit', 'permit', 'permit']);
    expect(said()).not.toContain('overlay would');
  });

  it('is told of by inspect', async () => {
    const guise = await clientWith(await wearing({ glasses: 'acetate', beard: 'full' }));
    expect(await guise.inspect()).toBe(EXIT_CODES.ok);
    expect(guise.said()).toMatch(/wears-glasses.*wears-beard/);
  });
});

describe('an avatar that wears neither', () => {
  it('goes on to ask for its permit as an overlay', async () => {
    const { asked, said, ...guise } = await clientWith(bare);
    await guise.process('--mode', 'overlay');
    expect(asked).toEqual(['permit']);
    expect(said()).not.toContain('wears');
  });
});
