import { createMarkAdder, type MarkAdder } from './add-mark.js';
import { EpochFields } from './epoch-fields.js';
import { WatermarkError } from './errors.js';
import { FieldSynthesizer, mixLayers } from './field.js';
import { CHIP_PITCH, MAX_EPOCHS, MAX_FRAME, MIN_FRAME } from './format.js';
import { GainControl } from './gain-control.js';
import { checkPlane, checkTimestamp, coverGeometry } from './geometry.js';
import { checkKey } from './keys.js';
import { deriveLayers, type KeyedLayers, epochTagChips, payloadChips, timeChips } from './layers.js';
import { FLAT_STRENGTH, type StrengthMap } from './strength.js';
import { createStrengthMap } from './strength-map.js';
import type { Size } from './types.js';

export interface EmbedderOptions {
  /** The organisation's 32-byte marking key. */
  readonly key: Uint8Array;
  /** Session number, 0 ≤ session < 2^44. */
  readonly session: number;
  /** The 32-byte chain key of an epoch (see `createEpochChain`); called once per epoch. */
  readonly epochKey: (epoch: number) => Uint8Array;
  /** Frame size in pixels, even, at least 160×90 (90×160 upright) and at most 3840×2160 (2160×3840). */
  readonly width: number;
  readonly height: number;
  /** Luma PSNR to keep, in dB; 42 when absent, 30 to 60. */
  readonly targetPsnrDb?: number;
}

export interface Embedder {
  /**
   * Marks one luma plane in place. Allocates only in the first frame of an epoch. Mark after the last resize and after
   * the label is drawn, before encoding. With the frame's media time in milliseconds an epoch fades in over 0.2 s, whatever the
   * frame rate does; without, it begins at once, which shows as a faint pulse on a picture that stands still.
   */
  embed(luma: Uint8Array, stride: number, epoch: number, timestampMs?: number): void;
  /** Computes an epoch's field ahead of time, so that its first frame costs no more than the others. */
  prepare(epoch: number): void;
}

export const DEFAULT_PSNR_DB = 42;
/** The strength map is renewed every third frame: activity changes slowly. */
const MAP_PERIOD = 3;

/** Prepares the marking of one session's frames of one size. */
export function createEmbedder(options: EmbedderOptions): Embedder {
  return new SessionEmbedder(checkOptions(options));
}

class SessionEmbedder implements Embedder {
  private readonly size: Size;
  private readonly layers: KeyedLayers;
  private readonly payload: Int8Array;
  private readonly epochKey: (epoch: number) => Uint8Array;
  private readonly synthesizer: FieldSynthesizer;
  private readonly map: StrengthMap;
  private readonly adder: MarkAdder;
  private readonly gain: GainControl;
  private readonly fields: EpochFields;
  private frames = 0;

  constructor({ key, session, epochKey, width, height, targetPsnrDb = DEFAULT_PSNR_DB }: EmbedderOptions) {
    this.size = { width, height };
    this.epochKey = epochKey;
    this.layers = deriveLayers(key);
    this.payload = payloadChips(this.layers, session);
    const { toFrame, scale } = coverGeometry(this.size);
    this.synthesizer = new FieldSynthesizer(this.size, toFrame, scale);
    this.map = createStrengthMap(this.size, Math.max(1, Math.round(CHIP_PITCH * scale)));
    this.adder = createMarkAdder(this.size, this.map);
    this.gain = new GainControl(targetPsnrDb, FLAT_STRENGTH);
    this.fields = new EpochFields(
      width * height,
      (epoch, out) => {
        this.draw(epoch, out);
      },
      (from, to, weight, out) => {
        this.adder.blend(from, to, weight, out);
      },
    );
  }

  embed(luma: Uint8Array, stride: number, epoch: number, timestampMs?: number): void {
    checkPlane(luma, this.size.width, this.size.height, stride);
    if (timestampMs !== undefined) checkTimestamp(timestampMs);
    const field = this.fields.next(epoch, timestampMs ?? null);
    if (this.frames++ % MAP_PERIOD === 0) this.map.update(luma, stride);
    const gain = this.gain.next(this.map.energy);
    const energy = this.adder.add(luma, stride, field, gain);
    this.gain.observe(energy / (this.size.width * this.size.height));
  }

  prepare(epoch: number): void {
    this.fields.prepare(epoch);
  }

  private draw(epoch: number, out: Int8Array): void {
    if (!Number.isInteger(epoch) || epoch < 0 || epoch >= MAX_EPOCHS)
      throw new WatermarkError('invalid-epoch', `an epoch is an integer from 0 to ${MAX_EPOCHS - 1}`);
    const tag = epochTagChips(this.epochKey(epoch));
    const chips = mixLayers(this.payload, this.layers.pilot, timeChips(this.layers, epoch), tag);
    this.synthesizer.render(chips, out);
  }
}

function checkOptions(options: EmbedderOptions): EmbedderOptions {
  checkKey(options.key);
  const { width, height, targetPsnrDb = DEFAULT_PSNR_DB } = options;
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const even = Number.isInteger(width / 2) && Number.isInteger(height / 2);
  const fits =
    long >= MIN_FRAME.width &&
    short >= MIN_FRAME.height &&
    long <= MAX_FRAME.width &&
    short <= MAX_FRAME.height;
  if (!even || !fits)
    throw new WatermarkError(
      'invalid-size',
      `frames have even sides, ${MIN_FRAME.width}×${MIN_FRAME.height} to ${MAX_FRAME.width}×${MAX_FRAME.height}`,
    );
  if (!(targetPsnrDb >= 30 && targetPsnrDb <= 60))
    throw new WatermarkError('invalid-option', 'targetPsnrDb is between 30 and 60');
  return options;
}
