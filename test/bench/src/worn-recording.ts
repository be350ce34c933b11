import type { I420Frame } from '@guise/frame';
import { createVision, type Vision } from '@guise/vision';
import type { Embedder } from 'invisible-watermark-ts';
import { EvidenceRecorder } from './fingerprints/evidence.js';
import type { HonestSession } from './honest-session.js';
import { openRegistry } from './material.js';
import { CLIP_FPS, CLIP_SIZE } from './watermark/clips.js';
import { readFrames, writeFrames } from './watermark/ffmpeg.js';

const LUMA_BYTES = CLIP_SIZE.width * CLIP_SIZE.height;

/** Marks a recording of CLIP_SIZE into a lossless file, and hands in its evidence with the faces in it. */
export async function wearRecording(session: HonestSession, file: string, out: string): Promise<void> {
  const vision = await createVision({ registry: await openRegistry() });
  const recorder = new EvidenceRecorder();
  try {
    await writeFrames(out, CLIP_FPS, markedFrames(file, session.embedder, recorder, vision));
  } finally {
    await vision.close();
  }
  await session.handIn(recorder.evidence);
}

async function* markedFrames(
  file: string,
  embedder: Embedder,
  recorder: EvidenceRecorder,
  vision: Vision,
): AsyncGenerator<I420Frame> {
  let index = 0;
  for await (const frame of readFrames(file)) {
    const timestampMs = (index * 1000) / CLIP_FPS;
    const [face] = await vision.detectFaces(frame);
    embedder.embed(frame.data.subarray(0, LUMA_BYTES), CLIP_SIZE.width, Math.floor(index / CLIP_FPS));
    recorder.record(frame, face?.box ?? null, timestampMs);
    index++;
    yield frame;
  }
}
