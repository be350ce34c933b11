import {
  CANONICAL_FACE_CM,
  createI420,
  FACE_VERTEX_COUNT,
  LANDMARK_COUNT,
  LEFT_EYE,
  LIPS_INNER,
  planesOf,
  RIGHT_EYE,
  type FaceObservation,
  type I420Frame,
  type RgbImage,
} from '@guise/frame';

/** A pose for the canonical face: an average head made of our own data, nobody's likeness. */
export interface SyntheticPose {
  readonly x: number;
  readonly y: number;
  readonly pxPerCm: number;
  readonly yawDeg?: number;
  readonly pitchDeg?: number;
  readonly rollDeg?: number;
  /** Centimetres by which the lower lip and jaw drop. */
  readonly jawCm?: number;
  /** 0 closed … 1 as wide as the canonical face's. */
  readonly lids?: number;
}

/** 478 landmarks of the canonical face under a pose (weak perspective). */
export function syntheticLandmarks(pose: SyntheticPose): Float32Array {
  const out = new Float32Array(LANDMARK_COUNT * 3);
  const yaw = ((pose.yawDeg ?? 0) * Math.PI) / 180;
  const pitch = ((pose.pitchDeg ?? 0) * Math.PI) / 180;
  const roll = ((pose.rollDeg ?? 0) * Math.PI) / 180;
  const head = expressiveHead(pose);
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    const [x0, y0, z0] = [head[i * 3] ?? 0, head[i * 3 + 1] ?? 0, head[i * 3 + 2] ?? 0];
    const x1 = Math.cos(yaw) * x0 - Math.sin(yaw) * z0;
    const z1 = Math.sin(yaw) * x0 + Math.cos(yaw) * z0;
    const y2 = Math.cos(pitch) * y0 - Math.sin(pitch) * z1;
    const z2 = Math.sin(pitch) * y0 + Math.cos(pitch) * z1;
    out[i * 3] = pose.x + pose.pxPerCm * (Math.cos(roll) * x1 - Math.sin(roll) * y2);
    out[i * 3 + 1] = pose.y + pose.pxPerCm * (Math.sin(roll) * x1 + Math.cos(roll) * y2);
    out[i * 3 + 2] = pose.pxPerCm * z2;
  }
  return out;
}

function expressiveHead(pose: SyntheticPose): Float32Array {
  const head = new Float32Array(LANDMARK_COUNT * 3);
  head.set(CANONICAL_FACE_CM);
  openLids(head, RIGHT_EYE, 468, pose.lids ?? 1);
  openLids(head, LEFT_EYE, 473, pose.lids ?? 1);
  dropJaw(head, pose.jawCm ?? 0);
  return head;
}

/** Scales the upper lid towards the lower one and sets the iris between the corners. */
function openLids(head: Float32Array, ring: readonly number[], iris: number, open: number): void {
  for (let k = 1; k < 8; k++) {
    const upper = (ring[k] ?? 0) * 3 + 1;
    const lower = (ring[16 - k] ?? 0) * 3 + 1;
    head[upper] = (head[lower] ?? 0) + ((head[upper] ?? 0) - (head[lower] ?? 0)) * open;
  }
  const [a, b] = [(ring[0] ?? 0) * 3, (ring[8] ?? 0) * 3];
  for (let k = 0; k < 3; k++) {
    const middle = ((head[a + k] ?? 0) + (head[b + k] ?? 0)) / 2;
    for (let i = 0; i < 5; i++) head[(iris + i) * 3 + k] = middle;
  }
  const radius = 0.58;
  head[(iris + 1) * 3] = (head[iris * 3] ?? 0) + radius;
  head[(iris + 3) * 3] = (head[iris * 3] ?? 0) - radius;
  head[(iris + 2) * 3 + 1] = (head[iris * 3 + 1] ?? 0) - radius;
  head[(iris + 4) * 3 + 1] = (head[iris * 3 + 1] ?? 0) + radius;
}

/** Closes the canonical face's parted lips, then lowers what is below them. */
function dropJaw(head: Float32Array, jawCm: number): void {
  const upper = new Set(LIPS_INNER.slice(0, 11));
  for (let k = 1; k < 10; k++) {
    const lower = (LIPS_INNER[20 - k] ?? 0) * 3 + 1;
    head[lower] = (head[(LIPS_INNER[k] ?? 0) * 3 + 1] ?? 0) + 0.02;
  }
  const seam = head[13 * 3 + 1] ?? 0;
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    const y = head[i * 3 + 1] ?? 0;
    const isLower = y > seam && !upper.has(i);
    if (isLower) head[i * 3 + 1] = y + jawCm * Math.min(1, (9.4 - Math.abs(head[i * 3] ?? 0)) / 5);
  }
}

/** An observation as the renderer takes it; only the landmarks matter to it. */
export function observe(landmarks: Float32Array): FaceObservation {
  return {
    trackId: 1,
    box: { x: 0, y: 0, width: 1, height: 1 },
    score: 1,
    landmarks,
    pose: { yawDeg: 0, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 60 },
    expression: { leftLid: 1, rightLid: 1, mouthOpen: 0, gazeYawDeg: 0, gazePitchDeg: 0 },
  };
}

export interface AvatarPaint {
  readonly skin: readonly [number, number, number];
  /** Vertices at which a dark spot of 0.3 cm radius is painted. */
  readonly spots?: readonly number[];
}

/** A 600 × 700 picture: skin, white eyes with dark irises, and spots, where the landmarks say. */
export function paintAvatar(landmarks: Float32Array, pxPerCm: number, paint: AvatarPaint): RgbImage {
  const image = { width: 600, height: 700, data: new Uint8Array(600 * 700 * 3) };
  for (let i = 0; i < 600 * 700; i++) {
    // A gentle texture, so that sharpness has something to measure.
    const grain = ((i * 7919) % 13) - 6;
    image.data.set(
      paint.skin.map((value) => value + grain),
      i * 3,
    );
  }
  const disc = (i: number, radiusCm: number, colour: readonly number[], wide = 1): void => {
    const r = radiusCm * pxPerCm;
    const [cx, cy] = [landmarks[i * 3] ?? 0, landmarks[i * 3 + 1] ?? 0];
    for (let y = Math.floor(cy - r); y <= cy + r; y++)
      for (let x = Math.floor(cx - r * wide); x <= cx + r * wide; x++)
        if (((x - cx) / wide) ** 2 + (y - cy) ** 2 <= r * r && x >= 0 && y >= 0 && x < 600 && y < 700)
          image.data.set(colour, (y * 600 + x) * 3);
  };
  for (const iris of [468, 473]) {
    disc(iris, 0.62, [225, 225, 225], 2);
    disc(iris, 0.55, [30, 25, 20]);
  }
  for (const vertex of paint.spots ?? []) disc(vertex, 0.3, [40, 30, 25]);
  return image;
}

/** The same before a background of one colour: head, neck and shoulders of an average person around the face. */
export function paintPortrait(
  landmarks: Float32Array,
  pxPerCm: number,
  paint: AvatarPaint & { readonly background: readonly [number, number, number] },
): RgbImage {
  const image = paintAvatar(landmarks, pxPerCm, paint);
  const [x0, y0] = [landmarks[168 * 3] ?? 0, (landmarks[168 * 3 + 1] ?? 0) + 3 * pxPerCm];
  for (let i = 0; i < image.width * image.height; i++) {
    const x = Math.abs((i % image.width) - x0) / pxPerCm;
    const y = (Math.floor(i / image.width) - y0) / pxPerCm;
    const head = Math.hypot(x / 9, (y + 1) / 11.5) < 1;
    const body = y > 6 && x < (y < 12 ? 5 : 5 + 4 * (y - 12));
    if (!head && !body) image.data.set(paint.background, i * 3);
  }
  return image;
}

/** A flat camera picture of one skin tone, with a marker pattern in the two lowest bits of luma. */
export function cameraFrame(width: number, height: number, y: number, u = 112, v = 148): I420Frame {
  const frame = createI420(width, height, y, u, v);
  const plane = planesOf(frame).y;
  for (let i = 0; i < plane.length; i++) plane[i] = y + ((i * 5) & 3);
  return frame;
}
