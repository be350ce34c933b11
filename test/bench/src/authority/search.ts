import { compareTemplates, createRotation, decodeTemplate, encodeTemplate } from '@guise/identity';
import { EMBEDDING_LENGTH } from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';
import { quantiles } from './measure.js';

const RUNS = 9;

/** 1:N as an enrolment does it, over templates in memory: protect the probe, then decode and compare every one. */
export function measureSearch(counts: readonly number[]) {
  const random = createSeededRandom('search bench');
  const rotation = createRotation(random(32));
  const face = () => Float32Array.from(random(EMBEDDING_LENGTH), (byte) => byte - 127.5);
  const stored = Array.from({ length: 1_000 }, () => encodeTemplate(face()));
  const probe = face();
  return counts.map((templates) => {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const start = performance.now();
      const own = rotation.protect(probe);
      let best = -1;
      for (let i = 0; i < templates; i += 1) {
        // A thousand different ones, again and again, each from a buffer of its own as a row has it.
        const template = new Uint8Array(stored[i % stored.length] ?? []);
        best = Math.max(best, compareTemplates(own, decodeTemplate(template)));
      }
      times.push(performance.now() - start);
    }
    const { p50Ms, p95Ms } = quantiles(times);
    return { templates, medianMs: p50Ms, p95Ms };
  });
}
