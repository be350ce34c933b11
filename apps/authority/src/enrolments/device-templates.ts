import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { createRotation, decodeTemplate, encodeTemplate, sha256HexOf } from '@guise/identity';
import type { WearingDevice, WornFace } from '@guise/persistence';
import { SourceFaces } from '../faces/source-faces.js';
import { KeyStore } from '../keys/key-store.js';

/** A source face's template under one device's own rotation. */
export interface DeviceTemplate {
  /** 768 bytes. */
  readonly template: Uint8Array;
  /** 32 bytes: the device makes the same rotation of it and compares live faces there. */
  readonly seed: Uint8Array;
  /** SHA-256 of `template`: what a permit names. */
  readonly sha256: string;
}

type RotatedFor = Pick<WearingDevice, 'id' | 'rotationSalt'>;

const CACHED = 2_000;

/** Turns stored templates into what one device may hold: no two devices hold comparable values. */
@Injectable()
export class DeviceTemplates {
  private readonly cache = new Map<string, DeviceTemplate>();

  constructor(
    private readonly keys: KeyStore,
    private readonly sourceFaces: SourceFaces,
  ) {}

  async of(device: RotatedFor, face: WornFace): Promise<DeviceTemplate> {
    const key = `${device.id} ${face.id}`;
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    const made = await this.make(device, face);
    const oldest = this.cache.keys().next().value;
    if (this.cache.size >= CACHED && oldest !== undefined) this.cache.delete(oldest);
    this.cache.set(key, made);
    return made;
  }

  private async make(device: RotatedFor, face: WornFace): Promise<DeviceTemplate> {
    const secret = await this.keys.secret('device-rotation');
    const seed = new Uint8Array(
      createHmac('sha256', secret).update(device.id).update(device.rotationSalt).digest(),
    );
    const embedding = (await this.sourceFaces.tenantRotation()).reveal(decodeTemplate(face.template));
    const template = encodeTemplate(createRotation(seed).protect(embedding));
    return { template, seed, sha256: sha256HexOf(template) };
  }
}
