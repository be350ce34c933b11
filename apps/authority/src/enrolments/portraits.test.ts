import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portraitJudgement } from '@guise/protocol';
import {
  enrol,
  multipart,
  openTestOrganisation,
  type TestOrganisation,
  type TestPerson,
} from '../testing/index.js';

const URL = '/v1/portrait-judgements';

describe('judging a picture of oneself', () => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation('embedded');
    await enrol(org, org.employee, 'face:employee');
  });
  afterAll(() => org.authority.close());

  const send = (person: TestPerson, picture: string, meta: object | string = { role: 'picture' }) =>
    org.authority.api.call('POST', URL, {
      token: person.token,
      ...multipart({
        meta: typeof meta === 'string' ? meta : JSON.stringify(meta),
        file: Buffer.from(picture),
      }),
    });
  const judge = async (...args: Parameters<typeof send>) => {
    const answer = await send(...args);
    expect(answer.status).toBe(200);
    const { reasons, ...rest } = portraitJudgement.parse(answer.body);
    return { ...rest, codes: reasons.map(({ code }) => code) };
  };
  const show = (name: string, ...seen: readonly [string, object?, ('glasses' | 'beard')[]?]) => {
    org.judge.showPortrait(new Uint8Array(Buffer.from(name)), seen[0], seen[1], seen[2]);
    return name;
  };

  it('accepts the own face at rest, and then its open mouth', async () => {
    const first = await judge(org.employee, show('rest', 'employee'));
    expect(first).toMatchObject({ accepted: true, codes: [], attributes: [] });
    const open = show('open', 'employee', { mouthOpen: 0.5 });
    const meta = { role: 'mouth-open', first: first.shot };
    expect(await judge(org.employee, open, meta)).toMatchObject({ accepted: true, codes: [] });
  });

  it('says what is wrong with the second picture', async () => {
    const { shot } = await judge(org.employee, show('rest again', 'employee'));
    const meta = { role: 'mouth-open', first: shot };
    const changed = show('changed', 'employee', { mouthOpen: 0.1, yawDeg: 12, light: 60 });
    expect(await judge(org.employee, changed, meta)).toMatchObject({
      accepted: false,
      codes: ['mouth-not-open', 'another-pose', 'another-light'],
    });
  });

  it('accepts nobody else’s face, and none before one is registered', async () => {
    expect((await judge(org.employee, show('other', 'somebody'))).codes).toEqual(['not-the-owner']);
    expect((await judge(org.executive, show('unregistered', 'executive'))).codes).toEqual(['not-enrolled']);
    expect(await judge(org.employee, 'a wall')).toMatchObject({
      accepted: false,
      codes: ['no-face'],
      shot: null,
    });
  });

  it('tells of glasses, with which a portrait can be worn', async () => {
    const glasses = show('glasses', 'employee', {}, ['glasses']);
    expect(await judge(org.employee, glasses)).toMatchObject({ accepted: true, attributes: ['glasses'] });
  });

  it.each(['{', '{}', '{"role":"side"}', '{"role":"mouth-open"}', '{"role":"picture","person":"per_x"}'])(
    'refuses meta %s',
    async (meta) => {
      expect(await send(org.employee, 'rest', meta)).toMatchObject({
        status: 400,
        body: { code: 'bad-request' },
      });
    },
  );

  it('keeps nothing', async () => {
    const before = await org.authority.database.client.ledgerEntry.count();
    await judge(org.employee, show('rest once more', 'employee'));
    expect(await org.authority.database.client.ledgerEntry.count()).toBe(before);
  });
});
