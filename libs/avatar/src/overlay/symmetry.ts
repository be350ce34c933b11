import { FACE_TRIANGLES } from '@guise/frame';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import { boxBlur } from './mask.js';
import type { FloatPicture } from './picture.js';
import { rasterizeAttributes } from './raster.js';
import { texturePositions } from './texture.js';

/** Width, over the texture's side, of what is compared between the halves: near features, and on plain skin. */
const BLUR_AT_FEATURES = 1 / 24;
const BLUR_ON_SKIN = 1 / 50;
/** The darker half is lifted and the lighter one lowered by no more than this. */
const MAX_GAIN = 1.9;
const MIN_GAIN = 0.6;
/** Of the difference between the halves, how much the lighter one gives. */
const LIGHTER_GIVES = 0.35;
/** Halves differ by so much (natural logarithm of their ratio) without any side light. */
const USUAL_DIFFERENCE = 0.1;

/**
 * Takes the side light out of an unrolled face: what differs between its halves in broad luma is light and shadow, as faces
 * themselves are alike on both sides. Changes the texture in place.
 */
export function balanceHalves(texture: FloatPicture, topology: FaceTopology): void {
  const { width: side, y: luma } = texture;
  const broad = blurred(luma, side, BLUR_AT_FEATURES);
  const fine = blurred(luma, side, BLUR_ON_SKIN);
  const onSkin = new Float32Array(side * side);
  const { us, vs } = texturePositions(side);
  const vertex = topology.toFeatureCm.map((cm) => smoothstep((cm - 0.3) / 0.7));
  rasterizeAttributes(texture, FACE_TRIANGLES, us, vs, [{ vertex, out: onSkin }]);
  const gain = new Float32Array(side * side);
  for (let row = 0; row < side; row++)
    for (let x = 0; x < side; x++) {
      const i = row * side + x;
      const j = row * side + side - 1 - x;
      const plain = Math.min(onSkin[i] ?? 0, onSkin[j] ?? 0);
      const at = (k: number): number =>
        Math.max(4, (broad[k] ?? 0) * (1 - plain) + (fine[k] ?? 0) * plain - 16);
      gain[i] = towardsOther(at(i), at(j));
    }
  for (let i = 0; i < luma.length; i++) {
    const k = gain[i] ?? 1;
    texture.y[i] = 16 + ((texture.y[i] ?? 0) - 16) * k;
    texture.u[i] = 128 + ((texture.u[i] ?? 0) - 128) * k;
    texture.v[i] = 128 + ((texture.v[i] ?? 0) - 128) * k;
  }
}

/** Factor that brings a luma and its counterpart together, nearer to the lighter of the two. */
function towardsOther(own: number, other: number): number {
  const share = own > other ? LIGHTER_GIVES : 1 - LIGHTER_GIVES;
  const ratio = Math.log(other / own);
  const light = Math.sign(ratio) * Math.max(0, Math.abs(ratio) - USUAL_DIFFERENCE);
  const k = Math.exp(light * share);
  return k < MIN_GAIN ? MIN_GAIN : k > MAX_GAIN ? MAX_GAIN : k;
}

function blurred(plane: Float32Array, side: number, share: number): Float32Array {
  const out = plane.slice();
  const scratch = new Float32Array(plane.length);
  const radius = Math.max(1, Math.round((side * share) / 2));
  for (let pass = 0; pass < 3; pass++) boxBlur(out, scratch, side, side, radius);
  return out;
}
