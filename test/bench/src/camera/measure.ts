import { FACE_VERTEX_COUNT, scaleI420, type FaceObservation, type I420Frame } from '@guise/frame';
import { decodeVideo } from '@guise/media';
import { createCameraCare, type CameraWishes } from '@guise/runtime';
import { cosineSimilarity, type Vision } from '@guise/vision';
import { PoorCamera, type Room } from './poor-camera.js';

export interface CameraQuality {
  readonly recording: string;
  readonly room: Room;
  readonly wishes: CameraWishes;
  /** Spread of what differs from the picture without noise, code values of luma; null where light was added. */
  readonly noise: number | null;
  /** Mean luma of the face in the last second, from 0 (black) to 1. */
  readonly faceLuma: number | null;
  /** Share of the pictures in which the face was found, of those in which it is in the recording itself. */
  readonly found: number;
  /** Distance of the mesh from that in the recording itself, in hundredths of the face's width. */
  readonly meshError: number | null;
  /** Identity cosine to the recording's own face, once a second. */
  readonly identity: number | null;
  /** Processor time of this thread for each picture, of both steps. */
  readonly cpuMs: { readonly denoise: number; readonly 'fill-light': number };
}

export interface Take {
  readonly recording: string;
  readonly file: string;
  readonly seconds: number;
  readonly room: Room;
  readonly wishes: CameraWishes;
}

const SIZE = { width: 1280, height: 720 } as const;
const FPS = 15;

/** Plays a recording through a poor camera, improves it as wished, and looks for the face in both. */
export async function measureCamera(vision: Vision, take: Take): Promise<CameraQuality> {
  const { recording, room, wishes, seconds } = take;
  const cpu = { denoise: 0, 'fill-light': 0 };
  const time = <T>(name: string, step: () => T): T => {
    const before = cpuMs();
    const result = step();
    if (name === 'denoise' || name === 'fill-light') cpu[name] += cpuMs() - before;
    return result;
  };
  const care = createCameraCare(SIZE, wishes, { time });
  const camera = new PoorCamera(room);
  const [own, seen] = [vision.createTracker({ smooth: false }), vision.createTracker({ smooth: false })];
  const noises: number[] = [];
  const lumas: number[] = [];
  const meshes: number[] = [];
  const identities: number[] = [];
  let [pictures, ownFaces, foundFaces] = [0, 0, 0];
  const video = await decodeVideo(take.file, { fps: { num: FPS, den: 1 }, durationSeconds: seconds });
  for await (const { frame, timestampMs } of video) {
    const original = scaleI420(frame, SIZE.width, SIZE.height);
    const { clean, noisy } = camera.see(original);
    care?.improve(noisy, timestampMs, true);
    pictures += 1;
    const [truth] = await own.track(original, timestampMs);
    const [face] = await seen.track(noisy, timestampMs);
    care?.noteFace(face?.box ?? null);
    if (!wishes.fillLight) noises.push(spreadOf(noisy, clean));
    if (truth === undefined) continue;
    ownFaces += 1;
    if (timestampMs >= 1000 * (seconds - 1)) lumas.push(lumaOf(noisy, truth));
    if (face === undefined) continue;
    foundFaces += 1;
    meshes.push(meshDistance(face, truth));
    if (pictures % FPS === 0)
      identities.push(cosineSimilarity(await vision.embed(noisy, face), await vision.embed(original, truth)));
  }
  return {
    ...{ recording, room, wishes },
    ...{ noise: mean(noises), faceLuma: mean(lumas), found: foundFaces / Math.max(1, ownFaces) },
    ...{ meshError: mean(meshes), identity: mean(identities) },
    cpuMs: { denoise: cpu.denoise / pictures, 'fill-light': cpu['fill-light'] / pictures },
  };
}

/** Of this thread: wall time says little on a machine that others use too. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

function spreadOf(a: I420Frame, b: I420Frame): number {
  const count = a.width * a.height;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += ((a.data[i] ?? 0) - (b.data[i] ?? 0)) ** 2;
  return Math.sqrt(squares / count);
}

function lumaOf({ data, width }: I420Frame, { box }: FaceObservation): number {
  let [sum, count] = [0, 0];
  for (let y = Math.ceil(box.y + 0.2 * box.height); y < box.y + 0.8 * box.height; y++)
    for (let x = Math.ceil(box.x + 0.2 * box.width); x < box.x + 0.8 * box.width; x++, count++)
      sum += data[y * width + x] ?? 0;
  return (sum / count - 16) / 219;
}

function meshDistance(face: FaceObservation, truth: FaceObservation): number {
  let sum = 0;
  for (let i = 0; i < FACE_VERTEX_COUNT * 3; i += 3) {
    const [dx, dy] = [0, 1].map((axis) => (face.landmarks[i + axis] ?? 0) - (truth.landmarks[i + axis] ?? 0));
    sum += Math.hypot(dx ?? 0, dy ?? 0);
  }
  return (100 * sum) / FACE_VERTEX_COUNT / truth.box.width;
}
