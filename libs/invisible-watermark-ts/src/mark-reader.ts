import type { ChipGrid, SoftChips } from './chip-grid.js';
import { CHIP_COUNT, EPOCH_HINT_MODULUS } from './format.js';
import type { Affine } from './geometry.js';
import { epochTagChips, type KeyedLayers, payloadChips } from './layers.js';
import { PayloadReader, type PayloadReading } from './payload-reader.js';
import { lookNear } from './source-grid.js';
import { chipZ, normalize } from './statistics.js';
import { slotRuns, SLOTS_PER_EPOCH } from './slots.js';
import { TimeReader, type TimeReading } from './time-reader.js';
import type { EpochSection } from './types.js';
import type { FrameWindow } from './window.js';

/** A run of frames within one time slot, rectified and summed. */
interface Slot {
  readonly index: number;
  readonly firstFrame: number;
  readonly frameCount: number;
  readonly residual: Float32Array;
}

/** Everything that one geometry yields. */
export interface MarkReading {
  readonly pilotZ: number;
  readonly payload: PayloadReading | null;
  readonly slots: readonly Slot[];
}

/** Reads the layers of a window at a known geometry. */
export class MarkReader {
  private readonly payloadReader: PayloadReader;
  private readonly timeReader: TimeReader;

  constructor(
    private readonly layers: KeyedLayers,
    private readonly grid: ChipGrid,
  ) {
    this.payloadReader = new PayloadReader(layers);
    this.timeReader = new TimeReader(grid.fft, layers);
  }

  /** Pilot and payload over all frames of the window. */
  read(window: FrameWindow, toFrame: Affine): MarkReading {
    const slots = readSlots(window, toFrame);
    const { values } = this.grid.soften(sumOf(slots));
    return { pilotZ: chipZ(values, this.layers.pilot), payload: this.payloadReader.read(values), slots };
  }

  /** Payload over the frames that the search looks at: a quick trial. */
  trial(window: FrameWindow, toFrame: Affine): boolean {
    const values = lookNear(window, toFrame, 'full')(toFrame, new Float32Array(CHIP_COUNT));
    normalize(values);
    return this.payloadReader.read(values) !== null;
  }

  /** The time layer, and the window cut into epochs by it. */
  readTime({ slots }: MarkReading, timed: boolean): { time: TimeReading; epochs: EpochSection[] } {
    const time = this.timeReader.read(this.softened(slots), timed);
    return { time, epochs: time.hint === null ? [] : this.sections(slots, time, timed) };
  }

  /** z-score of a session's codeword in unit-variance soft chips. */
  sessionZ(values: Float32Array, session: number): number {
    return chipZ(values, payloadChips(this.layers, session));
  }

  /** z-score of an epoch's tag in unit-variance soft chips. */
  tagZ(values: Float32Array, epochKey: Uint8Array): number {
    return chipZ(values, epochTagChips(epochKey));
  }

  /** Soft chips of all frames together, as an epoch section carries them. */
  softChips(window: FrameWindow, toFrame: Affine): Float32Array {
    return this.grid.soften(sumOf(readSlots(window, toFrame))).values.slice();
  }

  private *softened(slots: readonly Slot[]): Generator<{ index: number; weight: number; soft: SoftChips }> {
    for (const { index, frameCount, residual } of slots)
      yield { index, weight: Math.sqrt(frameCount), soft: this.grid.soften(residual) };
  }

  /** Groups the slots by the epochs the time layer gives them, corrected for codecs that lag behind. */
  private sections(slots: readonly Slot[], { hint, phase }: TimeReading, timed: boolean): EpochSection[] {
    const byPlan = groupBy(slots, (slot) => (timed ? Math.floor((slot.index + phase) / SLOTS_PER_EPOCH) : 0));
    const dated = [...byPlan].flatMap(([epochs, members]) => {
      const planned = ((hint ?? 0) + epochs) % EPOCH_HINT_MODULUS;
      const epochHint = this.timeReader.latest(this.grid.soften(sumOf(members)), planned);
      return members.map((slot) => ({ slot, epochHint }));
    });
    return [...groupBy(dated, ({ epochHint }) => epochHint)].map(([epochHint, members]) => ({
      epochHint,
      firstFrame: Math.min(...members.map(({ slot }) => slot.firstFrame)),
      frameCount: members.reduce((sum, { slot }) => sum + slot.frameCount, 0),
      residual: this.grid.soften(sumOf(members.map(({ slot }) => slot))).values.slice(),
    }));
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function readSlots(whole: FrameWindow, onWhole: Affine): Slot[] {
  const { window, toPart } = whole.partAt(onWhole);
  const toFrame = toPart(onWhole);
  const grid = window.gridFor(toFrame);
  return slotRuns(window.frames).map(({ index, firstFrame, frames }) => ({
    index,
    firstFrame,
    frameCount: frames.length,
    residual: window.toChips(window.residual(grid, frames), toFrame),
  }));
}

function sumOf(slots: readonly Slot[]): Float32Array {
  const sum = new Float32Array(CHIP_COUNT);
  for (const { residual } of slots)
    for (let i = 0; i < CHIP_COUNT; i++) sum[i] = (sum[i] ?? 0) + (residual[i] ?? 0);
  return sum;
}
