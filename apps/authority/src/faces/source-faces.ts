import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  compareTemplates,
  createBinariser,
  SAME_FACE_COSINE,
  SAME_FACE_DISTANCE,
  TemplateGallery,
  type Binariser,
} from '@guise/identity';
import { findActiveSourceFace, listSourceFaceChanges, type Transaction } from '@guise/persistence';
import { KeyStore } from '../keys/key-store.js';

/** Read at a time when the gallery catches up. */
const CHANGES_AT_ONCE = 5_000;

/** A face that was compared with all registered ones. */
export interface FaceMatches {
  /** Protected under the tenant's seed. */
  readonly searchTemplate: Uint8Array;
  /** Persons whose active source face this is. */
  readonly owners: ReadonlySet<string>;
}

/** A source face's own protected template, and what a device needs to compare with it. */
export interface WearerTemplate {
  /** 256 bytes. */
  readonly template: Uint8Array;
  /** 32 bytes: the device makes the same binariser of it and compares live faces there. */
  readonly seed: Uint8Array;
}

/** Compares faces with the registered ones. Everything happens on protected templates; the seeds are in the key store. */
@Injectable()
export class SourceFaces {
  private searching: Promise<Binariser> | undefined;
  private readonly gallery = new TemplateGallery();
  private readonly ownerOf = new Map<string, string>();
  private lastChange = -1n;

  constructor(@Inject(KeyStore) private readonly keys: Pick<KeyStore, 'secret'>) {}

  /**
   * Compares an embedding 1:N with all active source faces: 256 bytes of memory for each, read once and kept up to date.
   * Under `lockSourceFaces`.
   */
  async findOwners(tx: Transaction, embedding: Float32Array): Promise<FaceMatches> {
    const searchTemplate = await this.searchTemplate(embedding);
    await this.catchUp(tx);
    const owners = this.gallery
      .near(searchTemplate, SAME_FACE_DISTANCE)
      .map((id) => this.ownerOf.get(id) ?? 'unknown');
    return { searchTemplate, owners: new Set(owners) };
  }

  /** Compares an embedding 1:1 with a person's source face; null when the person has none. */
  async matchesPerson(
    tx: Transaction,
    embedding: Float32Array,
    personId: string,
  ): Promise<{ readonly sourceFace: string; readonly matches: boolean } | null> {
    const face = await findActiveSourceFace(tx, personId);
    if (face === null) return null;
    const cosine = compareTemplates(await this.searchTemplate(embedding), face.searchTemplate);
    return { sourceFace: face.id, matches: cosine >= SAME_FACE_COSINE };
  }

  /** Whether two pictures show one face, compared as registered ones are. */
  async areOneFace(a: Float32Array, b: Float32Array): Promise<boolean> {
    const [one, other] = [await this.searchTemplate(a), await this.searchTemplate(b)];
    return compareTemplates(one, other) >= SAME_FACE_COSINE;
  }

  /** The template of a new source face under a seed of its own: another face, or this one registered anew, has another. */
  async wearerTemplate(sourceFace: string, embedding: Float32Array): Promise<WearerTemplate> {
    const seed = await this.wearerSeed(sourceFace);
    return { template: createBinariser(seed).protect(embedding), seed };
  }

  async wearerSeed(sourceFace: string): Promise<Uint8Array> {
    const secret = await this.keys.secret('wearer-templates');
    return new Uint8Array(createHmac('sha256', secret).update(sourceFace).digest());
  }

  private async searchTemplate(embedding: Float32Array): Promise<Uint8Array> {
    this.searching ??= this.keys.secret('search-templates').then(createBinariser);
    return (await this.searching).protect(embedding);
  }

  /** Takes over what was registered, replaced and erased since, here or in another process. */
  private async catchUp(tx: Transaction): Promise<void> {
    for (;;) {
      const changes = await listSourceFaceChanges(tx, this.lastChange, CHANGES_AT_ONCE);
      for (const { id, personId, state, searchTemplate, change } of changes) {
        this.lastChange = change;
        if (state === 'active') {
          this.gallery.set(id, searchTemplate);
          this.ownerOf.set(id, personId);
        } else {
          this.gallery.delete(id);
          this.ownerOf.delete(id);
        }
      }
      if (changes.length < CHANGES_AT_ONCE) return;
    }
  }
}
