import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelEntry } from '@guise/protocol';
import { encodeOnnx } from '../onnx/model.js';
import { readManifest } from '../read-manifest.js';
import { deviation, readReferenceFiles } from '../reference/reference-file.js';
import { referenceInput } from '../reference/reference-input.js';
import { ensureModels } from '../testing.js';
import { exampleModel } from '../testing/example-model.js';
import { writeTflite } from '../testing/write-tflite.js';
import { readTflite } from '../tflite/read-model.js';
import { toOnnx } from './to-onnx.js';

const cases = (await readReferenceFiles()).flatMap((reference) => reference.cases);

/** Largest absolute difference to the original runtime that single precision explains; outputs are up to some hundred. */
const TOLERANCE: Readonly<Record<string, number>> = {
  'face-detection-short': 4e-4,
  'face-detection-full': 4e-4,
  'face-mesh-attention': 5e-4,
  'face-mesh': 5e-4,
  'face-embedding': 5e-5,
  'person-segmentation': 1e-5,
  'picture-enlargement': 5e-4,
};

describe('the converted networks', () => {
  let entries: readonly ModelEntry[] = [];
  let modelsDir = '';
  beforeAll(async () => {
    const ready = await ensureModels();
    modelsDir = ready.modelsDir;
    entries = (await readManifest(ready.manifestPath)).models;
  });

  const open = async (role: string) => {
    const entry = entries.find((model) => model.role === role);
    if (!entry) throw new Error(`${role} is not in the manifest`);
    const session = await InferenceSession.create(await readFile(join(modelsDir, entry.file)), {
      intraOpNumThreads: 1,
    });
    const name = session.inputNames[0] ?? '';
    return {
      entry,
      run: (x: Float32Array, shape: readonly number[]) =>
        session.run({ [name]: new Tensor('float32', x, shape) }),
    };
  };

  it.each(cases)('$role computes what the original runtime computes on the $picture', async (recorded) => {
    const { entry, run } = await open(recorded.role);
    expect(entry.source.sha256).toBe(recorded.sourceSha256);
    const [batch, height, width] = recorded.inputShape;
    const outputs = await run(
      await referenceInput(recorded.role, recorded.picture, [batch, height, width]),
      recorded.inputShape,
    );
    expect(Object.keys(outputs).sort()).toEqual(recorded.outputs.map(({ name }) => name).sort());
    const tolerance = TOLERANCE[recorded.role] ?? 0;
    for (const output of recorded.outputs) {
      const data = outputs[output.name]?.data;
      if (!(data instanceof Float32Array)) throw new TypeError(`${output.name} is not float32`);
      const { largest, mean } = deviation(output, data);
      expect(largest, output.name).toBeLessThanOrEqual(tolerance);
      expect(mean, output.name).toBeLessThanOrEqual(tolerance / 10);
    }
  });

  it('covers every converted model of the manifest', () => {
    const converted = entries.filter(({ converter }) => converter !== 'none').map(({ role }) => role);
    expect([...new Set(cases.map(({ role }) => role))].sort()).toEqual(converted.sort());
  });

  it('embeds a face alone as it does in a batch', async () => {
    const { run } = await open('face-embedding');
    const pair = await referenceInput('face-embedding', 'portrait', [2, 112, 112]);
    const size = pair.length / 2;
    const both = (await run(pair, [2, 112, 112, 3])).embeddings?.data;
    const second = (await run(pair.slice(size), [1, 112, 112, 3])).embeddings?.data;
    if (!(both instanceof Float32Array) || !(second instanceof Float32Array))
      throw new TypeError('no embeddings');
    expect(second).toHaveLength(192);
    second.forEach((value, i) => {
      expect(Math.abs(value - (both[192 + i] ?? NaN))).toBeLessThan(1e-5);
    });
  });
});

describe('toOnnx', () => {
  const convert = () =>
    encodeOnnx(toOnnx(readTflite(writeTflite(exampleModel())), { name: 'example', freeBatch: false }));

  it('gives the same bytes for the same model', () => {
    expect(Buffer.compare(convert(), convert())).toBe(0);
  });

  it('names outputs without the characters of paths', async () => {
    const session = await InferenceSession.create(convert());
    expect(session.outputNames).toEqual(['out_values_0', 'cut']);
  });

  it('computes the example as followed by hand', async () => {
    const session = await InferenceSession.create(convert());
    // One bright pixel in the first channel at row 1, column 1.
    const picture = new Float32Array(32);
    picture[(1 * 4 + 1) * 2] = 1;
    const results = await session.run({ picture: new Tensor('float32', picture, [1, 4, 4, 2]) });
    // A shift by one pixel: the bright one is the first of the cut-out.
    expect(Array.from(results.cut?.data ?? [], Number)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);

    // 1×1 convolution: channel 0 = x + .25, channel 1 = −x/2 − .5. Depthwise 3×3, stride 2, SAME on 4×4: one row and column of
    // zeros below and to the right. Filter of channel c at (i, j) is ((2(3i + j) + c) mod 5) − 2.
    const weight = (i: number, j: number, c: number) => ((2 * (3 * i + j) + c) % 5) - 2;
    const mixed = (y: number, x: number, c: number) => {
      if (y > 3 || x > 3) return 0;
      const bright = y === 1 && x === 1 ? 1 : 0;
      return c === 0 ? bright + 0.25 : -bright / 2 - 0.5;
    };
    const bent = (y: number, x: number, c: number) => {
      let sum = c === 0 ? 0.25 : -0.5;
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++) sum += weight(i, j, c) * mixed(2 * y + i, 2 * x + j, c);
      return sum >= 0 ? sum : sum * (c === 0 ? 0.5 : -1);
    };
    // Padded to a third channel of zeros and flattened; the first three values are cut off by the slice.
    const flat = [0, 1].flatMap((y) => [0, 1].flatMap((x) => [bent(y, x, 0), bent(y, x, 1), 0]));
    const found = Array.from(results.out_values_0?.data ?? [], Number);
    expect(found).toHaveLength(11);
    flat.slice(3).forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 5);
    });
    // Enlarged between pixel centres, shifted by the bias, 2×2 maxima, mean over the picture, logistic function.
    const enlarged = (y: number, x: number, c: number) => {
      const weights = (place: number) => [1, 0.75, 0.25, 0][place] ?? 0;
      const [a, b] = [weights(y), weights(x)];
      return (
        a * (b * bent(0, 0, c) + (1 - b) * bent(0, 1, c)) +
        (1 - a) * (b * bent(1, 0, c) + (1 - b) * bent(1, 1, c))
      );
    };
    const odds = [0, 1].map((c) => {
      const maxima = [0, 2].flatMap((y) =>
        [0, 2].map((x) => Math.max(...[0, 1].flatMap((i) => [0, 1].map((j) => enlarged(y + i, x + j, c))))),
      );
      const mean = maxima.reduce((sum, value) => sum + value, 0) / 4 + (c === 0 ? 0.25 : -0.5);
      return 1 / (1 + Math.exp(-mean));
    });
    odds.forEach((value, i) => {
      expect(found[9 + i]).toBeCloseTo(value, 5);
    });
  });
});
