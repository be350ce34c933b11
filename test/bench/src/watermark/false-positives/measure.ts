import { createDetector, createKeyTrials, EPOCH_TAG_MIN_Z, type Detector } from 'invisible-watermark-ts';
import { loadFrames } from '../ffmpeg.js';
import { ensureMarked, MARKING_KEY } from '../marked.js';
import { READ_FPS, toTimedFrames } from '../tally.js';
import { openWindows, PLAIN, type Material, type Source } from './cut-windows.js';
import { Counter, type Histogram } from './histogram.js';
import { seededKey, seededNumbers } from '../noise-pictures.js';

/** A batch of windows under keys that marked nothing of what is shown. */
export interface FalsePositiveJob extends Source {
  /**
   * `placed`: the windows as they are, each under several keys. `aligned`: the detector without its search. `blind`: the
   * whole detector. `tags`: the epoch tag of a marked second under keys that drew none.
   */
  readonly mode: 'placed' | 'aligned' | 'blind' | 'tags';
  /** Of the material; of keys in mode `tags`. */
  readonly windows: number;
  readonly seed: number;
}

/** The statistics behind acceptance. */
export interface Statistics<T> {
  readonly tagZ: T;
  readonly pilotZ: T;
  /** Of the clearest of the decoder's candidates, valid or not. */
  readonly clearestZ: T;
  /** −log10 of the bound on what is valid, which has to reach 9. */
  readonly surprise: T;
}

export interface FalsePositives {
  readonly mode: FalsePositiveJob['mode'];
  readonly material: Material;
  readonly windows: number;
  /** Windows times the keys that each was read with. */
  readonly trials: number;
  readonly accepted: number;
  readonly statistics: Statistics<Histogram>;
}

interface Tally {
  trials: number;
  accepted: number;
  readonly counters: Statistics<Counter>;
}

/** Under how many keys a placed window is read, and after how many windows there are new ones. */
export const KEYS_PER_WINDOW = 2;
export const WINDOWS_PER_KEY = 50;

export async function tryFalsePositives(job: FalsePositiveJob): Promise<FalsePositives> {
  const counters = {
    tagZ: new Counter(),
    pilotZ: new Counter(),
    clearestZ: new Counter(),
    surprise: new Counter(),
  };
  const tally: Tally = { trials: 0, accepted: 0, counters };
  if (job.mode === 'tags') await tryTags(job, tally);
  else if (job.mode === 'placed') await tryPlaced(job, tally);
  else await detectWindows(job, tally);
  return {
    mode: job.mode,
    material: job.material,
    windows: job.windows,
    trials: tally.trials,
    accepted: tally.accepted,
    statistics: {
      tagZ: counters.tagZ.histogram(),
      pilotZ: counters.pilotZ.histogram(),
      clearestZ: counters.clearestZ.histogram(),
      surprise: counters.surprise.histogram(),
    },
  };
}

async function tryTags(job: FalsePositiveJob, tally: Tally): Promise<void> {
  if (job.clip === undefined) throw new RangeError('tags are tried on a marked clip');
  const { file } = await ensureMarked(job.clip, 0, job);
  const second = toTimedFrames(await loadFrames(file, { fps: READ_FPS, frames: READ_FPS }));
  const detector = createDetector({ key: MARKING_KEY });
  const [section] = detector.detect(second).epochs;
  if (section === undefined)
    throw new Error('the marked second was not read: there is no tag to try keys on');
  for (let trial = 0; trial < job.windows; trial++) {
    const { z } = detector.verifyEpochSection(section, seededKey(`tag ${job.seed} ${trial}`));
    tally.counters.tagZ.add(z);
    count(tally, z >= EPOCH_TAG_MIN_Z);
  }
}

async function tryPlaced(job: FalsePositiveJob, tally: Tally): Promise<void> {
  const nextWindow = await openWindows(job, seededNumbers(job.seed));
  const { pilotZ, clearestZ, surprise } = tally.counters;
  const keysAt = (window: number) =>
    createKeyTrials(
      Array.from({ length: KEYS_PER_WINDOW }, (_, i) => seededKey(`placed ${job.seed} ${window} ${i}`)),
    );
  let keys = keysAt(0);
  for (let window = 0; window < job.windows; window++) {
    if (window > 0 && window % WINDOWS_PER_KEY === 0) keys = keysAt(window);
    for (const trial of keys.read(nextWindow(), PLAIN)) {
      pilotZ.add(trial.pilotZ);
      clearestZ.add(trial.clearestZ);
      surprise.add(-trial.confidenceLog10);
      count(tally, trial.accepted);
    }
  }
}

async function detectWindows(job: FalsePositiveJob, tally: Tally): Promise<void> {
  const nextWindow = await openWindows(job, seededNumbers(job.seed));
  const search = job.mode === 'blind' ? 'rotated' : 'aligned';
  let detector: Detector | undefined;
  for (let window = 0; window < job.windows; window++) {
    if (detector === undefined || window % WINDOWS_PER_KEY === 0)
      detector = createDetector({ key: seededKey(`key ${job.seed} ${window}`) });
    const frames = nextWindow();
    count(tally, detector.detect(frames, { search }).found);
  }
}

function count(tally: Tally, accepted: boolean): void {
  tally.trials++;
  if (accepted) tally.accepted++;
}
