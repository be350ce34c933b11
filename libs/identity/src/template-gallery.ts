import { countBits, TEMPLATE_BITS, wordsOf } from './template.js';

const WORDS = TEMPLATE_BITS / 32;
const FIRST_CAPACITY = 1024;

/** Templates under one seed, in memory for 1:N comparison: 256 bytes each, side by side. */
export class TemplateGallery {
  private words = new Int32Array(FIRST_CAPACITY * WORDS);
  private readonly ids: string[] = [];
  private readonly places = new Map<string, number>();

  get size(): number {
    return this.ids.length;
  }

  /** Adds a template, or puts it in place of an earlier one of this id. @throws RangeError unless it has 256 bytes */
  set(id: string, template: Uint8Array): void {
    const words = wordsOf(template);
    const place = this.places.get(id) ?? this.ids.length;
    if (place === this.ids.length) {
      this.reserve(place + 1);
      this.ids.push(id);
      this.places.set(id, place);
    }
    this.words.set(words, place * WORDS);
  }

  /** Forgets a template; the last one takes its place, so that nothing of it stays in memory. */
  delete(id: string): void {
    const place = this.places.get(id);
    const last = this.ids.at(-1);
    if (place === undefined || last === undefined) return;
    const lastPlace = this.ids.length - 1;
    this.words.copyWithin(place * WORDS, lastPlace * WORDS, (lastPlace + 1) * WORDS);
    this.ids[place] = last;
    this.places.set(last, place);
    this.ids.pop();
    this.places.delete(id);
    this.words.fill(0, lastPlace * WORDS, (lastPlace + 1) * WORDS);
  }

  /** Ids of all templates that differ from the probe in at most so many bits; every template is looked at. */
  near(probe: Uint8Array, maxDistance: number): string[] {
    const wanted = wordsOf(probe);
    return this.ids.filter((_, place) => this.isNear(place * WORDS, wanted, maxDistance));
  }

  private isNear(start: number, wanted: Int32Array, maxDistance: number): boolean {
    const { words } = this;
    let distance = 0;
    for (let i = 0; i < WORDS && distance <= maxDistance; i++)
      distance += countBits((words[start + i] ?? 0) ^ (wanted[i] ?? 0));
    return distance <= maxDistance;
  }

  private reserve(count: number): void {
    if (count * WORDS <= this.words.length) return;
    const wider = new Int32Array(this.words.length * 2);
    wider.set(this.words);
    this.words = wider;
  }
}
