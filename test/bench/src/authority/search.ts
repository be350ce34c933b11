import { createBinariser, SAME_FACE_DISTANCE, TEMPLATE_BYTES, TemplateGallery } from '@guise/identity';
import { EMBEDDING_LENGTH } from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';
import { quantiles } from './measure.js';

const RUNS = 15;

/** 1:N as an enrolment does it, over templates in memory: protect the probe, then compare it with every one. */
export function measureSearch(counts: readonly number[]) {
  const random = createSeededRandom('search bench');
  const binariser = createBinariser(random(32));
  const probe = Float32Array.from(random(EMBEDDING_LENGTH), (byte) => byte - 127.5);
  const gallery = new TemplateGallery();
  return counts.map((templates) => {
    while (gallery.size < templates) gallery.set(String(gallery.size), random(TEMPLATE_BYTES));
    const times = Array.from({ length: RUNS }, () => {
      const start = performance.now();
      gallery.near(binariser.protect(probe), SAME_FACE_DISTANCE);
      return performance.now() - start;
    });
    const { p50Ms, p95Ms } = quantiles(times);
    return { templates, medianMs: p50Ms, p95Ms };
  });
}
