import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { decodeBase64Url, parsePayload } from '@guise/ledger';
import { surveyMedia } from '@guise/media';
import { evidenceSegment, type ProofBundle, type VerificationReport } from '@guise/protocol';
import { judgePictures, matchPicture, type PictureMatch } from '@guise/verification';
import { createFingerprintReader } from 'invisible-watermark-ts';
import { decodeJwt } from 'jose';

/** How the file itself stands to the proof. */
export interface MediaMatch {
  /** The file is byte for byte the one the report is about. */
  readonly sameFile: boolean;
  /** Seconds called authorised whose picture was compared with the signed evidence, here, without the authority. */
  readonly compared: number;
  /** Of these, the ones whose picture is the one that was rendered. */
  readonly matching: number;
}

/** SHA-256 of a file, hexadecimal, in bounded memory. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(asBytes(chunk));
  return hash.digest('hex');
}

function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('a file stream gives bytes');
}

/**
 * Compares the pictures of the file with the fingerprints that the device signed: needs no key and no authority, but
 * an uncropped picture. Looks where the authority looked: of long recordings at single pictures. Call it with a bundle whose proofs were checked.
 */
export async function matchMedia(
  file: string,
  bundle: ProofBundle,
  report: VerificationReport | null,
): Promise<MediaMatch> {
  const sameFile = (await sha256OfFile(file)) === bundle.mediaSha256;
  const wanted = new Map(authorisedSeconds(report).map(({ second, epoch }) => [second, epoch]));
  if (wanted.size === 0) return { sameFile, compared: 0, matching: 0 };
  const evidence = evidenceFingerprints(bundle);
  const matches = new Map<number, PictureMatch[]>();
  for await (const { frame, timestampMs } of (await surveyMedia(file)).open()) {
    const second = Math.floor(timestampMs / 1000);
    const epoch = wanted.get(second);
    if (epoch === undefined || !evidence.has(epoch)) continue;
    // A second of the file rarely begins where an epoch does.
    const recorded = [-1, 0, 1].flatMap((offset) => evidence.get(epoch + offset) ?? []);
    const { data, width, height } = frame;
    const reader = createFingerprintReader({
      luma: data.subarray(0, width * height),
      ...{ width, height, stride: width },
    });
    const match = matchPicture(reader, recorded);
    if (match !== null) matches.set(second, [...(matches.get(second) ?? []), match]);
  }
  const matching = [...matches.values()].filter(
    (pictures) => judgePictures(pictures, false).verdict === 'authorised',
  ).length;
  return { sameFile, compared: matches.size, matching };
}

function authorisedSeconds(report: VerificationReport | null): readonly { second: number; epoch: number }[] {
  return (report?.timeline ?? []).flatMap(({ second, epoch, verdict }) =>
    verdict === 'authorised' && epoch !== null ? [{ second, epoch }] : [],
  );
}

/** Fingerprints by epoch. The signatures of these segments were checked with the bundle. */
function evidenceFingerprints(bundle: ProofBundle): ReadonlyMap<number, readonly Uint8Array[]> {
  const prints = new Map<number, readonly Uint8Array[]>();
  for (const entry of bundle.entries) {
    if (entry.kind !== 'evidence') continue;
    const payload = parsePayload(decodeBase64Url(entry.payload) ?? new Uint8Array(0));
    if (payload.kind !== 'evidence') continue;
    for (const { epoch, fingerprints } of evidenceSegment.parse(decodeJwt(payload.segment)).epochs) {
      prints.set(
        epoch,
        fingerprints.flatMap((text) => decodeBase64Url(text) ?? []),
      );
    }
  }
  return prints;
}
