import { falsePositiveLog10, isAccepted, isOneSessions } from './acceptance.js';
import { ChipGrid } from './chip-grid.js';
import { checkGeometry } from './geometry.js';
import { checkKey } from './keys.js';
import { deriveLayers, type KeyedLayers } from './layers.js';
import { MarkReader } from './mark-reader.js';
import { PayloadReader } from './payload-reader.js';
import { chipZ } from './statistics.js';
import type { Geometry, LumaFrame } from './types.js';
import { FrameWindow, GridReaders } from './window.js';

/** What one key says of one window at one geometry, whether or not that is enough. z in standard deviations of unmarked material. */
export interface Trial {
  readonly pilotZ: number;
  /** Of the clearest of the decoder's candidates, one of 2^60 words, whether its CRC is valid or not. */
  readonly clearestZ: number;
  /** The acceptance bound of the clearest valid candidate, one of 2^44, as if no other geometry had been tried; 0 without one. */
  readonly confidenceLog10: number;
  /** Whether `detect` would accept a payload here as the first geometry of its call. */
  readonly accepted: boolean;
}

/** log10 of the acceptance bound of these statistics at the first geometry of a call; accepted up to MAX_FALSE_POSITIVE_LOG10. */
export function trialBoundLog10({ pilotZ, payloadZ }: { pilotZ: number; payloadZ: number }): number {
  return falsePositiveLog10({ payloadZ, pilotZ, geometries: 1, fixedPlace: 1 });
}

/** For measuring how near chance comes to acceptance: windows read under many keys at once. */
export interface KeyTrials {
  /** One trial per key, in their order. The frames are filtered and put in place once: no key goes into that. */
  read(frames: readonly LumaFrame[], geometry: Geometry): Trial[];
}

/** Prepares trials of 32-byte keys, tens of milliseconds for each. */
export function createKeyTrials(keys: readonly Uint8Array[]): KeyTrials {
  const layersOfKeys = keys.map((key) => deriveLayers(checkKey(key)));
  const trials = layersOfKeys.map((layers) => new KeyTrial(layers));
  const gridReaders = new GridReaders();
  const [first] = layersOfKeys;
  const reader = first === undefined ? null : new MarkReader(first, new ChipGrid(first.pilot));
  return {
    read(frames, geometry) {
      const window = new FrameWindow(frames, gridReaders);
      const toFrame = checkGeometry(geometry, window.size);
      const values = reader?.softChips(window, toFrame) ?? new Float32Array();
      return trials.map((trial) => trial.read(values));
    },
  };
}

class KeyTrial {
  private readonly payloads: PayloadReader;

  constructor(private readonly layers: KeyedLayers) {
    this.payloads = new PayloadReader(layers);
  }

  read(values: Float32Array): Trial {
    const pilotZ = chipZ(values, this.layers.pilot);
    const { payload, clearestZ } = this.payloads.tryAll(values);
    const confidenceLog10 = payload === null ? 0 : trialBoundLog10({ pilotZ, payloadZ: payload.z });
    const accepted = payload !== null && isAccepted(confidenceLog10) && isOneSessions(payload.z, pilotZ);
    return { pilotZ, clearestZ, confidenceLog10, accepted };
  }
}
