import { i420Bytes, type Box, type I420Frame } from '@guise/frame';
import { createAvatarDrawing, type AvatarDrawing } from './avatar-drawing.js';
import { RuntimeError } from './errors.js';
import type { EvidenceRecorder } from './evidence/recorder.js';
import { epochOf } from './evidence/epoch.js';
import type { Gate, GateAnswer } from './gate.js';
import { createLeakGuard } from './leak-guard.js';
import { createMarkCheck } from './mark-check.js';
import { createPeopleWatch, type PeopleWatch } from './people-watch.js';
import type {
  AvatarRenderer,
  FaceEnhancer,
  FaceSight,
  FrameMarker,
  RuntimeClock,
  SlateSource,
  WearerTemplate,
} from './ports.js';
import { FULL_QUALITY, type QualitySettings } from './quality/rungs.js';
import { SLATE_TEXT, type ClosedReason } from './reasons.js';
import { createStageTimes, type StageTime, type StageTimes } from './stage-times.js';

/** What a session sees, draws and marks with. */
export interface PicturePorts {
  readonly sight: FaceSight;
  readonly wearer: WearerTemplate;
  readonly renderer: AvatarRenderer;
  readonly enhancer?: FaceEnhancer | undefined;
  readonly marker: FrameMarker;
  readonly slate: SlateSource;
}

export interface SessionProcessorOptions {
  /** Every frame has this size. */
  readonly size: { readonly width: number; readonly height: number };
  readonly picture: PicturePorts;
  readonly gate: Gate;
  readonly evidence: EvidenceRecorder;
  readonly clock: RuntimeClock;
  /** How good the next frame is to be; as good as can be unless told. */
  readonly quality?: (() => QualitySettings) | undefined;
  /** Hears how long each step of a frame took. */
  readonly onStage?: ((name: string, ms: number) => void) | undefined;
  /** Hears of steps that failed; the frame in question becomes a slate (or a short hold) in any case. */
  readonly onFault?: ((step: 'observe' | 'render' | 'mark', error: unknown) => void) | undefined;
}

/** What may be shown. The picture is valid until the next call of `processFrame`. */
export type ProcessedFrame =
  | { readonly state: 'rendered'; readonly frame: I420Frame }
  | { readonly state: 'slate'; readonly frame: I420Frame; readonly reason: ClosedReason };

export interface SessionStats {
  readonly frames: number;
  readonly renderedFrames: number;
  /** Of the rendered ones: the last picture repeated while no face was seen for a moment. */
  readonly heldFrames: number;
  readonly slateFrames: Readonly<Partial<Record<ClosedReason, number>>>;
  /**
   * Frames handed out that held the camera's face; the only acceptable value is 0. Counted in both modes by the same
   * witness, which knows of no mode: no way of drawing is believed to be safe without being looked at.
   */
  readonly rawFrames: number;
  readonly stages: readonly StageTime[];
}

/** What a look at a frame gave, before anything is drawn. */
export interface Looked {
  /** The gate let the frame pass. */
  readonly isOpen: boolean;
  /** Where the largest face is in it, whoever's; null when none was seen, or looked for. */
  readonly face: Box | null;
}

/** Turns camera frames into frames that may be shown: fully rendered, labelled and marked, or the slate. */
export interface SessionProcessor {
  /**
   * @param camera is read, never written, and not kept
   * @param timestampMs media time, never running backwards
   * @param onLooked is called when the faces in it were looked for: those of the next frame may be foreseen from now on
   * @throws RuntimeError `frame-size`, `time-ran-back`
   */
  processFrame(
    camera: I420Frame,
    timestampMs: number,
    onLooked?: (looked: Looked) => void,
  ): Promise<ProcessedFrame>;
  /** Whether sight looks aside, so that it is worth while to foresee. */
  readonly canForesee: boolean;
  /**
   * Begins to look for the faces of the frame that will be processed next, under the permission of this moment; without one nothing
   * is looked for. Whether that frame is shown is decided when it is processed, by the gate, with all it asks for.
   */
  foresee(camera: I420Frame, timestampMs: number): void;
  stats(): SessionStats;
  /** `rawFrames` of the statistics, for whoever asks after every frame. */
  readonly rawFrames: number;
}

export function createSessionProcessor(options: SessionProcessorOptions): SessionProcessor {
  return new GatedProcessor(options);
}

class GatedProcessor implements SessionProcessor {
  readonly #times: StageTimes;
  readonly #leaks = createLeakGuard();
  readonly #people: PeopleWatch;
  readonly #drawing: AvatarDrawing;
  readonly #markCheck;
  readonly #slates = new Map<ClosedReason, I420Frame>();
  readonly #out: I420Frame;
  #lastMs = Number.NEGATIVE_INFINITY;
  #rendered = 0;
  #held = 0;
  #raw = 0;
  readonly #slateCounts = new Map<ClosedReason, number>();

  constructor(private readonly options: SessionProcessorOptions) {
    const { size, picture, clock } = options;
    this.#times = createStageTimes(() => clock.monotonicMs(), options.onStage);
    const common = { leaks: this.#leaks, times: this.#times };
    const faultIn = (step: 'observe' | 'render') => (error: unknown) => options.onFault?.(step, error);
    this.#people = createPeopleWatch({ ...picture, ...common, onFault: faultIn('observe') });
    this.#drawing = createAvatarDrawing({ ...picture, ...common, size, onFault: faultIn('render') });
    this.#markCheck = createMarkCheck(picture.marker);
    this.#out = { ...size, data: new Uint8Array(i420Bytes(size.width, size.height)) };
  }

  async processFrame(
    camera: I420Frame,
    timestampMs: number,
    onLooked: (looked: Looked) => void = () => undefined,
  ): Promise<ProcessedFrame> {
    this.#accept(camera, timestampMs);
    const quality = this.options.quality?.() ?? FULL_QUALITY;
    const answer = await this.#askGate(camera, timestampMs, quality);
    onLooked({ isOpen: answer.open, face: this.#people.largest });
    const result = await this.#times.timeAsync('render-core', async () => {
      const drawn = answer.open ? await this.#draw(answer, camera, timestampMs, quality) : answer.reason;
      const marked = drawn === 'drawn' ? this.#mark(timestampMs) : drawn;
      return this.#release(marked);
    });
    await this.#record(result, answer, timestampMs);
    return result;
  }

  get canForesee(): boolean {
    return this.options.picture.sight.looksAside === true;
  }

  foresee(camera: I420Frame, timestampMs: number): void {
    const { sparesTracking, showsSlate } = this.options.quality?.() ?? FULL_QUALITY;
    if (showsSlate || !this.#isExpected(camera) || this.options.gate.permitInForce() === null) return;
    this.#people.foresee(camera, timestampMs, sparesTracking);
  }

  get rawFrames(): number {
    return this.#raw;
  }

  stats(): SessionStats {
    const slateFrames = Object.fromEntries(this.#slateCounts);
    const slates = [...this.#slateCounts.values()].reduce((sum, count) => sum + count, 0);
    return {
      frames: this.#rendered + slates,
      renderedFrames: this.#rendered,
      heldFrames: this.#held,
      slateFrames,
      rawFrames: this.#raw,
      stages: this.#times.summary(),
    };
  }

  #isExpected({ width, height, data }: I420Frame): boolean {
    const { size } = this.options;
    return width === size.width && height === size.height && data.length === this.#out.data.length;
  }

  #accept(camera: I420Frame, timestampMs: number): void {
    if (!this.#isExpected(camera)) {
      const { width, height } = this.options.size;
      throw new RuntimeError(
        'frame-size',
        `A frame of ${camera.width}×${camera.height} came into a session of ${width}×${height}.`,
      );
    }
    if (!(timestampMs >= this.#lastMs && timestampMs >= 0)) {
      throw new RuntimeError(
        'time-ran-back',
        `A frame at ${timestampMs} ms came after one at ${this.#lastMs} ms.`,
      );
    }
    this.#lastMs = timestampMs;
  }

  async #askGate(
    camera: I420Frame,
    timestampMs: number,
    { sparesTracking, showsSlate }: QualitySettings,
  ): Promise<GateAnswer> {
    this.#leaks.remember(camera, []);
    if (showsSlate) {
      this.#people.forget();
      return { open: false, reason: 'overloaded' };
    }
    const look = { happened: false };
    const answer = await this.options.gate.ask(() => {
      look.happened = true;
      return this.#people.look(camera, timestampMs, sparesTracking);
    });
    if (!look.happened) this.#people.forget();
    return answer;
  }

  /** Takes the gate's open answer. */
  async #draw(
    { presence }: Extract<GateAnswer, { open: true }>,
    camera: I420Frame,
    timestampMs: number,
    quality: QualitySettings,
  ): Promise<'drawn' | ClosedReason> {
    const drawn = await this.#drawing.draw(presence, camera, timestampMs, quality);
    if (drawn === 'held') this.#held += 1;
    return drawn === 'render-failed' ? drawn : 'drawn';
  }

  #mark(timestampMs: number): 'marked' | ClosedReason {
    const out = this.#out;
    const epoch = epochOf(timestampMs);
    out.data.set(this.#drawing.picture.data);
    try {
      this.#times.time('mark', () => {
        this.options.picture.marker.mark(out, epoch, timestampMs);
      });
      return this.#times.time('self-test', () => this.#markCheck.holds(this.#drawing.picture, out, epoch))
        ? 'marked'
        : 'mark-failed';
    } catch (error) {
      this.options.onFault?.('mark', error);
      return 'mark-failed';
    }
  }

  /** What leaves: the marked picture when every step succeeded, else the slate. */
  #release(outcome: 'marked' | ClosedReason): ProcessedFrame {
    if (outcome !== 'marked') return this.#slate(outcome);
    if (this.#leaks.isRaw(this.#out)) return this.#slate('render-failed');
    this.#rendered += 1;
    return this.#witness({ state: 'rendered', frame: this.#out });
  }

  #slate(reason: ClosedReason): ProcessedFrame {
    const { size, picture } = this.options;
    this.#drawing.forget();
    let card = this.#slates.get(reason);
    if (card === undefined) {
      card = picture.slate(size.width, size.height, SLATE_TEXT[reason]);
      this.#slates.set(reason, card);
    }
    this.#out.data.set(card.data);
    this.#slateCounts.set(reason, (this.#slateCounts.get(reason) ?? 0) + 1);
    return this.#witness({ state: 'slate', frame: this.#out, reason });
  }

  /** Counts, independently of every decision above, whether camera pixels are about to leave. */
  #witness(result: ProcessedFrame): ProcessedFrame {
    if (this.#leaks.isRaw(result.frame)) this.#raw += 1;
    return result;
  }

  async #record({ frame, state }: ProcessedFrame, answer: GateAnswer, timestampMs: number): Promise<void> {
    const { gate, evidence } = this.options;
    // The permit that let the frame pass, also when it ended a moment later.
    const permit = answer.open ? answer.pass.permit : gate.permitInForce();
    const permitId = permit?.claims.jti ?? null;
    const face = state === 'rendered' ? this.#drawing.face : null;
    const output = { frame, state, face, timestampMs, nowSeconds: gate.nowSeconds(), permitId };
    await this.#times.timeAsync('record', () => evidence.record(output));
  }
}
