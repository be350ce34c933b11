import { createSeededRandom } from '@guise/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TEMPLATE_BYTES, templateDistance } from './template.js';
import { TemplateGallery } from './template-gallery.js';

const random = createSeededRandom('gallery');
const templates = Array.from({ length: 40 }, () => random(TEMPLATE_BYTES));
const templateOf = (index: number): Uint8Array => templates[index] ?? new Uint8Array(TEMPLATE_BYTES);

it('finds what comparing one by one finds, whatever was added, replaced and deleted', () => {
  const change = fc.record({
    id: fc.integer({ min: 0, max: 15 }).map((n) => `face ${n}`),
    template: fc.option(fc.integer({ min: 0, max: 39 })),
  });
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 60 }),
      fc.integer({ min: 0, max: 39 }),
      fc.integer({ min: 950, max: 1100 }),
      (changes, probe, maxDistance) => {
        const gallery = new TemplateGallery();
        const kept = new Map<string, Uint8Array>();
        for (const { id, template } of changes) {
          if (template === null) gallery.delete(id);
          else gallery.set(id, templateOf(template));
          if (template === null) kept.delete(id);
          else kept.set(id, templateOf(template));
        }
        const expected = [...kept].filter(
          ([, template]) => templateDistance(template, templateOf(probe)) <= maxDistance,
        );
        expect(gallery.size).toBe(kept.size);
        expect(gallery.near(templateOf(probe), maxDistance).toSorted()).toEqual(
          expected.map(([id]) => id).toSorted(),
        );
      },
    ),
  );
});

it('grows with what it holds', () => {
  const gallery = new TemplateGallery();
  for (let i = 0; i < 3000; i++) gallery.set(`face ${i}`, random(TEMPLATE_BYTES));
  gallery.set('wanted', templateOf(0));
  for (let i = 0; i < 3000; i++) gallery.set(`later ${i}`, random(TEMPLATE_BYTES));
  expect(gallery.near(templateOf(0), 500)).toEqual(['wanted']);
});

it('takes templates of 256 bytes only', () => {
  expect(() => {
    new TemplateGallery().set('short', new Uint8Array(255));
  }).toThrow(RangeError);
});
