import {
  openWearing,
  testEpoch,
  type ClipMark,
  type TestSession,
  type Wearing,
} from '@guise/authority/testing';
import { verificationReport, type VerificationReport } from '@guise/protocol';
import { createEmbedder, type Embedder } from 'invisible-watermark-ts';
import { CLIP_SIZE } from './watermark/clips.js';

/** A session at an authority of its own, to be worn and verified. Its first second is epoch 0. */
export interface HonestSession {
  readonly mark: ClipMark;
  readonly embedder: Embedder;
  /** Hands in the fingerprints of every epoch and discloses the keys: nothing but a picture can speak against its marks then. */
  handIn(evidence: ReadonlyMap<number, readonly Uint8Array[]>): Promise<void>;
  /** The authority's verdict on a file, as an auditor gets it. */
  verify(path: string): Promise<VerificationReport>;
  close(): Promise<void>;
}

/** Opens an authority with permit, consent, avatar and device in perfect order. */
export async function openHonestSession(): Promise<HonestSession> {
  const wearing = await openWearing('embedded');
  const { session, mark } = await wearing.open('an honest session');
  return {
    mark,
    embedder: createEmbedder({
      ...{ key: mark.key, session: mark.session, epochKey: (epoch) => mark.chain.keyOf(epoch) },
      ...CLIP_SIZE,
    }),
    handIn: (evidence) => handIn(wearing, session, evidence),
    verify: async (path) => verificationReport.parse((await wearing.verify(path)).body),
    close: () => wearing.organisation.authority.close(),
  };
}

async function handIn(
  { organisation }: Wearing,
  session: TestSession,
  evidence: ReadonlyMap<number, readonly Uint8Array[]>,
): Promise<void> {
  const { clock } = organisation.authority;
  const openedAt = clock.nowSeconds();
  const epochs = [...evidence].map(([epoch, prints]) =>
    testEpoch(epoch, openedAt, {
      fingerprints: prints.map((print) => Buffer.from(print).toString('base64url')),
    }),
  );
  clock.advanceSeconds(epochs.length);
  const submitted = await session.submit(await session.segment([], { frame: CLIP_SIZE, epochs }));
  const disclosed = await session.disclose(epochs.length - 1);
  if (submitted.status >= 300 || disclosed.status >= 300)
    throw new Error(`the authority refused evidence (${submitted.status}) or key (${disclosed.status})`);
}
