/** THREATS 8: a modified client. It cannot be prevented, but it is detected: what it leaves out speaks against it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, describe, it } from 'vitest';
import { markFrames, openWearing, sceneFrames, writeClip, type Wearing } from '@guise/authority/testing';
import { verificationReport } from '@guise/protocol';

describe('a modified client', () => {
  let wearing: Wearing;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-attack-'));
    wearing = await openWearing('embedded');
  });
  afterAll(async () => {
    await wearing.organisation.authority.close();
    await rm(folder, { recursive: true, force: true });
  });
  const verify = async (path: string) => verificationReport.parse((await wearing.verify(path)).body);

  it('that marks but leaves no evidence reads not authorised as soon as evidence is due', async () => {
    const { session, mark } = await wearing.open('no evidence');
    const frames = sceneFrames('no evidence', 2);
    markFrames(frames, mark);
    const clip = await writeClip(folder, 'no-evidence', frames);
    expect(await verify(clip)).toMatchObject({
      verdict: 'inconclusive',
      reasons: [{ code: 'evidence-pending' }],
    });
    wearing.organisation.authority.clock.advanceSeconds(61);
    expect(await verify(clip)).toMatchObject({
      verdict: 'not-authorised',
      reasons: [{ code: 'evidence-missing' }],
    });
    expect((await session.lease()).body).toMatchObject({ state: 'live' });
  });

  it('that leaves evidence for some seconds only is found out in the others', async () => {
    const opened = await wearing.open('some evidence');
    const frames = sceneFrames('some evidence', 4);
    await wearing.wear(opened, frames.slice(0, 20));
    markFrames(frames.slice(20), opened.mark, 2);
    await wearing.device.call('POST', `/v1/sessions/${opened.session.id}/close`, { reason: 'finished' });
    const report = await verify(await writeClip(folder, 'some-evidence', frames));
    expect(report.verdict).toBe('not-authorised');
    expect(report.timeline.map(({ verdict }) => verdict)).toEqual([
      'authorised',
      'authorised',
      'not-authorised',
      'not-authorised',
    ]);
  });

  it('that marks with a session number of its own invention reads not authorised', async () => {
    const { mark } = await wearing.open('invented');
    const frames = sceneFrames('invented', 2);
    markFrames(frames, { ...mark, session: mark.session === 1 ? 2 : mark.session - 1 });
    const clip = await writeClip(folder, 'invented', frames);
    expect(await verify(clip)).toMatchObject({
      verdict: 'not-authorised',
      reasons: [{ code: 'session-unknown' }],
      facts: null,
    });
  });
});
