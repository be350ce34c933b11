import { Injectable } from '@nestjs/common';
import {
  compareTemplates,
  createRotation,
  decodeTemplate,
  encodeTemplate,
  SAME_FACE_COSINE,
  type Rotation,
} from '@guise/identity';
import { findActiveSourceFace, listActiveSourceFaces, type Transaction } from '@guise/persistence';
import { KeyStore } from '../keys/key-store.js';

/** A template as stored, and who owns the faces it looks like. */
export interface FaceMatches {
  /** Protected under the tenant seed. */
  readonly template: Uint8Array;
  /** Persons whose active source face this is. */
  readonly owners: ReadonlySet<string>;
}

/** Compares faces with the registered ones. Everything happens on protected templates under the tenant seed. */
@Injectable()
export class SourceFaces {
  private rotation: Promise<Rotation> | undefined;

  constructor(private readonly keys: KeyStore) {}

  /** The tenant's rotation: what the stored templates are protected by. */
  tenantRotation(): Promise<Rotation> {
    this.rotation ??= this.keys.secret('template-rotation').then(createRotation);
    return this.rotation;
  }

  /** Compares an embedding 1:N with all active source faces. */
  async findOwners(tx: Transaction, embedding: Float32Array): Promise<FaceMatches> {
    const probe = (await this.tenantRotation()).protect(embedding);
    const faces = await listActiveSourceFaces(tx);
    const owners = faces
      .filter((face) => compareTemplates(probe, decodeTemplate(face.template)) >= SAME_FACE_COSINE)
      .map((face) => face.personId);
    return { template: encodeTemplate(probe), owners: new Set(owners) };
  }

  /** Compares an embedding 1:1 with a person's source face; null when the person has none. */
  async matchesPerson(
    tx: Transaction,
    embedding: Float32Array,
    personId: string,
  ): Promise<{ readonly sourceFace: string; readonly matches: boolean } | null> {
    const face = await findActiveSourceFace(tx, personId);
    if (face === null) return null;
    const probe = (await this.tenantRotation()).protect(embedding);
    return {
      sourceFace: face.id,
      matches: compareTemplates(probe, decodeTemplate(face.template)) >= SAME_FACE_COSINE,
    };
  }
}
