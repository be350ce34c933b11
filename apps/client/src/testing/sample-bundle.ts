import { encodeBundle } from '@guise/avatar';
import { LANDMARK_COUNT } from '@guise/frame';
import { encodePng } from '@guise/media';

/** A bundle that parses; its face is no face, so nothing can be rendered with it. */
export async function sampleBundle(): Promise<Uint8Array> {
  const [width, height] = [64, 64];
  const bytes = await encodePng({ width, height, data: new Uint8Array(width * height * 3).fill(120) });
  return encodeBundle({
    name: 'Sample',
    kind: 'stylised',
    likeness: 'artwork',
    provenance: 'a grey square',
    licence: 'CC0',
    createdAt: 1_793_534_400,
    picture: { mediaType: 'image/png', width, height, bytes },
    landmarks: Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) =>
      i % 3 === 2 ? 0 : 8 + ((i * 7) % 48),
    ),
  });
}
