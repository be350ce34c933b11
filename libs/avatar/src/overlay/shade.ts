import type { I420Frame } from '@guise/frame';
import type { Layer } from './layer.js';
import { chromaPerLuma } from './hue.js';
import { sampleBilinear, type FloatPicture } from './picture.js';

/** Highlights above this code value are compressed instead of clipped. */
const KNEE = 215;

/** Half-size pass: chroma from texture, tint and the luma it will have. Pixels outside the mask keep what they have. */
export function shadeChroma(layer: Layer, texture: FloatPicture): void {
  const { u, v, mask, textureX, textureY, tintU, tintV, gain, lift, own } = layer;
  const { width, height } = texture;
  for (let i = 0; i < mask.length; i++) {
    if ((mask[i] ?? 0) <= 0) continue;
    const x = textureX[i] ?? 0;
    const y = textureY[i] ?? 0;
    const luma = sampleBilinear(texture.y, width, height, x, y);
    const lit = (luma - 16) * (gain[i] ?? 1) + (lift[i] ?? 0);
    const cu = sampleBilinear(texture.u, width, height, x, y);
    const cv = sampleBilinear(texture.v, width, height, x, y);
    u[i] = 128 + lit * (chromaPerLuma(cu, luma) * (own[i] ?? 1) + (tintU[i] ?? 0));
    v[i] = 128 + lit * (chromaPerLuma(cv, luma) * (own[i] ?? 1) + (tintV[i] ?? 0));
  }
}

/**
 * The same with the texture of a turned head's sides, as far as `layer.turned` says, over what {@link shadeChroma} drew.
 */
export function shadeTurnedChroma(layer: Layer, texture: FloatPicture): void {
  const { u, v, mask, turned, textureX, textureY, tintU, tintV, gain, lift, own } = layer;
  const { width, height } = texture;
  for (let i = 0; i < mask.length; i++) {
    const share = turned[i] ?? 0;
    if ((mask[i] ?? 0) <= 0 || share <= 0) continue;
    const x = textureX[i] ?? 0;
    const y = textureY[i] ?? 0;
    const luma = sampleBilinear(texture.y, width, height, x, y);
    const lit = (luma - 16) * (gain[i] ?? 1) + (lift[i] ?? 0);
    const cu = chromaPerLuma(sampleBilinear(texture.u, width, height, x, y), luma);
    const cv = chromaPerLuma(sampleBilinear(texture.v, width, height, x, y), luma);
    u[i] = (u[i] ?? 0) * (1 - share) + (128 + lit * (cu * (own[i] ?? 1) + (tintU[i] ?? 0))) * share;
    v[i] = (v[i] ?? 0) * (1 - share) + (128 + lit * (cv * (own[i] ?? 1) + (tintV[i] ?? 0))) * share;
  }
}

/** Starts the luma with the camera's, for the few pixels at the drawn region's rim that no triangle centre meets. */
export function startLuma(layer: Layer, frame: I420Frame, plane: Uint8Array): void {
  const columns = Math.min(layer.width, frame.width - layer.x);
  const rows = Math.min(layer.height, frame.height - layer.y);
  for (let row = 0; row < rows; row++) {
    const from = (layer.y + row) * frame.width + layer.x;
    layer.luma.set(plane.subarray(from, from + columns), row * layer.width);
  }
}

/**
 * Full-size pass: luma from texture, times the gain field of the half-size grid. Texture positions of a face lie well
 * within the texture (its canonical coordinates end 0.7 % from the border), so the bilinear read needs no clamp.
 */
export function shadeLuma(layer: Layer, texture: FloatPicture): void {
  const { luma, lumaX, lumaY, gain, lift, mask, width: layerWidth, chromaWidth } = layer;
  const plane = texture.y;
  const stride = texture.width;
  for (let row = 0; row < layer.height; row++) {
    const base = row * layerWidth;
    const half = (row >> 1) * chromaWidth;
    for (let x = 0; x < layerWidth; x++) {
      const c = half + (x >> 1);
      const tx = (lumaX[base + x] ?? -1) - 0.5;
      if ((mask[c] ?? 0) <= 0 || tx < 0) continue;
      const ty = (lumaY[base + x] ?? 0) - 0.5;
      const x0 = tx | 0;
      const y0 = ty | 0;
      const i = y0 * stride + x0;
      const fx = tx - x0;
      const top = (plane[i] ?? 0) + ((plane[i + 1] ?? 0) - (plane[i] ?? 0)) * fx;
      const j = i + stride;
      const bottom = (plane[j] ?? 0) + ((plane[j + 1] ?? 0) - (plane[j] ?? 0)) * fx;
      const value = (top + (bottom - top) * (ty - y0) - 16) * (gain[c] ?? 1) + (lift[c] ?? 0);
      luma[base + x] = 16 + (value > KNEE - 16 ? softKnee(value + 16) - 16 : value);
    }
  }
}

/**
 * The same with the texture of a turned head's sides, as far as `layer.turned` says, over what {@link shadeLuma} drew. The
 * half-size share is as smooth as the mesh: it is not read between its samples.
 */
export function shadeTurnedLuma(layer: Layer, texture: FloatPicture): void {
  const { luma, lumaX, lumaY, gain, lift, mask, turned, width: layerWidth, chromaWidth } = layer;
  const { y: plane, width: stride } = texture;
  for (let row = 0; row < layer.height; row++) {
    const base = row * layerWidth;
    const half = (row >> 1) * chromaWidth;
    for (let x = 0; x < layerWidth; x++) {
      const c = half + (x >> 1);
      const share = turned[c] ?? 0;
      if (share <= 0 || (mask[c] ?? 0) <= 0) continue;
      const tx = (lumaX[base + x] ?? -1) - 0.5;
      if (tx < 0) continue;
      const ty = (lumaY[base + x] ?? 0) - 0.5;
      const x0 = tx | 0;
      const y0 = ty | 0;
      const i = y0 * stride + x0;
      const j = i + stride;
      const fx = tx - x0;
      const top = (plane[i] ?? 0) + ((plane[i + 1] ?? 0) - (plane[i] ?? 0)) * fx;
      const bottom = (plane[j] ?? 0) + ((plane[j + 1] ?? 0) - (plane[j] ?? 0)) * fx;
      const value = (top + (bottom - top) * (ty - y0) - 16) * (gain[c] ?? 1) + (lift[c] ?? 0);
      const lit = 16 + (value > KNEE - 16 ? softKnee(value + 16) - 16 : value);
      luma[base + x] = (luma[base + x] ?? 0) * (1 - share) + lit * share;
    }
  }
}

/** Approaches 235 without reaching it. */
function softKnee(value: number): number {
  const room = 235 - KNEE;
  const over = value - KNEE;
  return KNEE + (room * over) / (over + room);
}
