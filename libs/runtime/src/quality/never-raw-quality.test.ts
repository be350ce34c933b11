import type { I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import type { AvatarRenderer } from '../ports.js';
import { cameraFrame, FACE_BOX, SIZE } from '../testing/camera.js';
import { createWorld } from '../testing/world.js';
import { QUALITY_RUNGS, settingsOf, type QualityRung } from './rungs.js';

const FRAMES = 8;
/** Enlarging blends this much of the face's edge with what is around it. */
const EDGE = 4;

/** Another room and another face: every sample differs. */
const otherCamera = (index: number): I420Frame => {
  const frame = cameraFrame(index);
  const luma = SIZE.width * SIZE.height;
  const data = frame.data.map((value, i) => (i < luma ? 60 + ((value * 5 + i) % 150) : 255 - value));
  return { ...frame, data };
};

async function picturesOf(
  rung: QualityRung,
  mode: AvatarRenderer['mode'],
  camera: (index: number) => I420Frame,
): Promise<Uint8Array[]> {
  const world = await createWorld({
    ...{ mode, camera },
    picture: (ports) => ({ ...ports, renderer: { ...ports.renderer, rendersHalfSize: true } }),
  });
  world.quality = settingsOf(rung);
  const pictures: Uint8Array[] = [];
  for (let i = 0; i < FRAMES; i++) {
    const { frame, state } = await world.step();
    expect(state).toBe(rung === 'slate' ? 'slate' : 'rendered');
    pictures.push(state === 'slate' || mode === 'portrait' ? frame.data.slice() : faceOf(frame));
  }
  expect(world.processor.stats().rawFrames).toBe(0);
  return pictures;
}

function faceOf({ data, width }: I420Frame): Uint8Array {
  const rows = Array.from({ length: FACE_BOX.height - 2 * EDGE }, (_, row) => {
    const start = (FACE_BOX.y + EDGE + row) * width + FACE_BOX.x + EDGE;
    return [...data.subarray(start, start + FACE_BOX.width - 2 * EDGE)];
  });
  return Uint8Array.from(rows.flat());
}

describe.each(['portrait', 'overlay'] as const)('a %s', (mode) => {
  it.each(QUALITY_RUNGS)('on the rung %s shows the same avatar whatever the camera sees', async (rung) => {
    const here = await picturesOf(rung, mode, cameraFrame);
    const there = await picturesOf(rung, mode, otherCamera);
    expect(Buffer.compare(Buffer.concat(here), Buffer.concat(there))).toBe(0);
  });
});
