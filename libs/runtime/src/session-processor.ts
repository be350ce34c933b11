import { i420Bytes, type Box, type FaceObservation, type I420Frame } from '@guise/frame';
import { RuntimeError } from './errors.js';
import type { EvidenceRecorder } from './evidence/recorder.js';
import { epochOf } from './evidence/epoch.js';
import type { FrameFacts, Gate, GateAnswer } from './gate.js';
import { createLeakGuard } from './leak-guard.js';
import { createMarkCheck } from './mark-check.js';
import type {
  AvatarRenderer,
  FaceSight,
  FrameMarker,
  RuntimeClock,
  SlateSource,
  WearerTemplate,
} from './ports.js';
import { createPresenceJudge, NO_FACE_HOLD_MS } from './presence.js';
import { SLATE_TEXT, type ClosedReason } from './reasons.js';
import { createStageTimes, type StageTime, type StageTimes } from './stage-times.js';
import { createWearerCheck, type WearerVerdict } from './wearer-check.js';

/** What a session sees, draws and marks with. */
export interface PicturePorts {
  readonly sight: FaceSight;
  readonly wearer: WearerTemplate;
  readonly renderer: AvatarRenderer;
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
  /** Frames handed out that held the camera's face. The only acceptable value is 0. */
  readonly rawFrames: number;
  readonly stages: readonly StageTime[];
}

/** Turns camera frames into frames that may be shown: fully rendered, labelled and marked, or the slate. */
export interface SessionProcessor {
  /**
   * @param camera is read, never written, and not kept
   * @param timestampMs media time, never running backwards
   * @throws RuntimeError `frame-size`, `time-ran-back`
   */
  processFrame(camera: I420Frame, timestampMs: number): Promise<ProcessedFrame>;
  stats(): SessionStats;
}

export function createSessionProcessor(options: SessionProcessorOptions): SessionProcessor {
  return new GatedProcessor(options);
}

class GatedProcessor implements SessionProcessor {
  readonly #times: StageTimes;
  readonly #presence = createPresenceJudge();
  readonly #wearer;
  readonly #markCheck;
  readonly #leaks = createLeakGuard();
  readonly #slates = new Map<ClosedReason, I420Frame>();
  /** Rendered and labelled, not marked: what a hold repeats. */
  readonly #drawn: I420Frame;
  readonly #out: I420Frame;
  #drawnAtMs: number | null = null;
  /** Where the face of `#drawn` is. */
  #drawnFace: Box | null = null;
  #verdict: WearerVerdict = 'unchecked';
  #lastMs = Number.NEGATIVE_INFINITY;
  #rendered = 0;
  #held = 0;
  #raw = 0;
  readonly #slateCounts = new Map<ClosedReason, number>();

  constructor(private readonly options: SessionProcessorOptions) {
    const { width, height } = options.size;
    this.#times = createStageTimes(() => options.clock.monotonicMs());
    this.#markCheck = createMarkCheck(options.picture.marker);
    this.#wearer = createWearerCheck(options.picture.sight, options.picture.wearer);
    this.#drawn = { width, height, data: new Uint8Array(i420Bytes(width, height)) };
    this.#out = { width, height, data: new Uint8Array(i420Bytes(width, height)) };
  }

  async processFrame(camera: I420Frame, timestampMs: number): Promise<ProcessedFrame> {
    this.#accept(camera, timestampMs);
    const answer = await this.#askGate(camera, timestampMs);
    const drawn = answer.open ? this.#draw(answer, camera, timestampMs) : answer.reason;
    const marked = drawn === 'drawn' ? this.#mark(timestampMs) : drawn;
    const result = this.#release(marked);
    await this.#record(result, answer, timestampMs);
    return result;
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

  #accept(camera: I420Frame, timestampMs: number): void {
    const { width, height } = this.options.size;
    if (camera.width !== width || camera.height !== height || camera.data.length !== this.#out.data.length) {
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

  async #askGate(camera: I420Frame, timestampMs: number): Promise<GateAnswer> {
    this.#leaks.remember(camera, []);
    const look = { happened: false };
    const answer = await this.options.gate.ask(() => {
      look.happened = true;
      return this.#look(camera, timestampMs);
    });
    // Nobody watched who sat there: whoever is seen next is a stranger.
    if (!look.happened) this.#forgetPeople();
    return answer;
  }

  /** Who is in the picture, and is it the wearer? A failing network sees nobody and recognises nobody. */
  async #look(camera: I420Frame, timestampMs: number): Promise<FrameFacts> {
    const { sight } = this.options.picture;
    try {
      const faces = await this.#times.timeAsync('track', () => sight.track(camera, timestampMs));
      this.#leaks.remember(camera, faces);
      const presence = this.#presence.judge(faces, timestampMs);
      if (presence.kind === 'one-face') {
        this.#verdict = await this.#times.timeAsync('wearer', () =>
          this.#wearer.check(camera, presence.face, timestampMs),
        );
      } else if (presence.kind === 'hold') this.#wearer.lost();
      else this.#forgetPeople();
      return { presence, wearer: this.#verdict };
    } catch (error) {
      this.options.onFault?.('observe', error);
      this.#forgetPeople();
      return { presence: { kind: 'no-face' }, wearer: 'unchecked' };
    }
  }

  #forgetPeople(): void {
    this.#wearer.forget();
    this.#verdict = 'unchecked';
  }

  /** Renders and labels into `#drawn`, or lets the last drawing stand for a moment. Takes the gate's open answer. */
  #draw(
    { presence }: Extract<GateAnswer, { open: true }>,
    camera: I420Frame,
    timestampMs: number,
  ): 'drawn' | ClosedReason {
    if (presence.kind === 'one-face' && this.#render(camera, presence.face)) {
      this.#drawnAtMs = timestampMs;
      this.#drawnFace = presence.face.box;
      return 'drawn';
    }
    if (this.#drawnAtMs === null || timestampMs - this.#drawnAtMs >= NO_FACE_HOLD_MS) return 'render-failed';
    this.#held += 1;
    return 'drawn';
  }

  /** False leaves `#drawn` as it was. */
  #render(camera: I420Frame, face: FaceObservation): boolean {
    const { renderer } = this.options.picture;
    const work = this.#out;
    work.data.set(camera.data);
    try {
      const { status } = this.#times.time('render', () => renderer.render(work, face));
      if (status !== 'rendered' || this.#leaks.isRaw(work)) return false;
      if (!this.#times.time('label', () => renderer.label(work))) return false;
    } catch (error) {
      this.options.onFault?.('render', error);
      return false;
    }
    this.#drawn.data.set(work.data);
    return true;
  }

  #mark(timestampMs: number): 'marked' | ClosedReason {
    const out = this.#out;
    const epoch = epochOf(timestampMs);
    out.data.set(this.#drawn.data);
    try {
      this.#times.time('mark', () => {
        this.options.picture.marker.mark(out, epoch, timestampMs);
      });
      return this.#times.time('self-test', () => this.#markCheck.holds(this.#drawn, out, epoch))
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
    // What was drawn before the gate shut must not come back when it opens again.
    this.#drawnAtMs = null;
    picture.renderer.reset();
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
    const face = state === 'rendered' ? this.#drawnFace : null;
    const output = { frame, state, face, timestampMs, nowSeconds: gate.nowSeconds(), permitId };
    await this.#times.timeAsync('record', () => evidence.record(output));
  }
}
