import { warningsOf, type AvatarBundle } from '@guise/avatar';
import { openPictureEnlarger, type Vision } from '@guise/vision';
import type { CommandContext } from '../context.js';
import { openRegistry } from '../vision.js';
import type { Portrait } from './cut-out.js';
import { enhancePortrait, faceWidthPx, isSmall } from './enhance.js';

const ROLE = 'picture-enlargement';

/** `guise avatar build --enhance`, for one picture: opens the network, shows how far it is, and says what was done. */
export async function enhanceSmall(
  { config, output }: Pick<CommandContext, 'config' | 'output'>,
  vision: Vision,
  portrait: Portrait,
): Promise<Portrait> {
  const facePx = Math.round(faceWidthPx(portrait.landmarks));
  if (!isSmall(facePx)) {
    output.say(
      { type: 'not-enhanced', facePx },
      `The face is ${String(facePx)} pixels wide: that is enough, nothing was enhanced.`,
    );
    return portrait;
  }
  const registry = await openRegistry(config);
  const enlarger = await openPictureEnlarger(registry);
  const progress = output.progress('enhancing the picture', null);
  try {
    const { sha256: model, title } = registry.describe(ROLE);
    const enhanced = await enhancePortrait(vision, { enlarger, model }, portrait, (done, of) => {
      progress.update(done, `of ${String(of)}`);
    });
    output.say(
      { type: 'enhanced', facePx, ...enhanced.enhancement },
      `The face was ${String(facePx)} pixels wide; the picture was enlarged by ${title}. The bundle says so.`,
    );
    return enhanced;
  } finally {
    progress.stop();
    await enlarger.close();
  }
}

/** Whoever built from a small face learns that there is a way. */
export function hintAtEnhancing({ output }: Pick<CommandContext, 'output'>, bundle: AvatarBundle): void {
  const small = warningsOf(bundle).find(({ code }) => code === 'small-face');
  if (small === undefined || bundle.enhancement !== undefined) return;
  output.say(
    { type: 'hint', code: small.code, option: '--enhance' },
    `${small.message} A larger picture is best; with --enhance a network enlarges this one.`,
  );
}
