import type { PortraitAvatar } from '@guise/avatar';
import type { Kernels } from './golden-poses.js';

/** An avatar as text, for the way into a page. */
export interface WireAvatar {
  readonly picture: { readonly width: number; readonly height: number; readonly data: string };
  readonly landmarks: string;
  readonly personMask: { readonly width: number; readonly height: number; readonly data: string };
}

export interface Task {
  readonly avatar: WireAvatar;
  readonly kernels: Kernels;
}

const CHUNK = 0x8000;

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function avatarOfWire({ picture, landmarks, personMask }: WireAvatar): PortraitAvatar {
  return {
    picture: { ...picture, data: fromBase64(picture.data) },
    landmarks: new Float32Array(fromBase64(landmarks).buffer),
    personMask: { ...personMask, data: fromBase64(personMask.data) },
  };
}
