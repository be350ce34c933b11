/** What sets one drawn character apart. Lengths are factors of an average head unless stated. */
export interface DrawnCharacter {
  /** Lower-case name by which commands know it. */
  readonly id: string;
  readonly name: string;
  readonly face: {
    /** Width at the temples and at the jaw, and length below the eyes. */
    readonly temples: number;
    readonly jaw: number;
    readonly chin: number;
    readonly eyeWidth: number;
    readonly eyeHeight: number;
    /** Upwards movement of the outer corners of the eyes, centimetres. */
    readonly eyeTiltCm: number;
    readonly noseWidth: number;
    readonly mouthWidth: number;
    readonly lipHeight: number;
    /** Half the height of the brows at their inner end, centimetres. */
    readonly browCm: number;
  };
  readonly hair: HairStyle;
  readonly clothes: ClothesStyle;
  readonly palette: Palette;
}

export type HairStyle = 'cropped' | 'swept' | 'curled' | 'layered';
export type ClothesStyle = 'jacket' | 'turtleneck' | 'crew' | 'shirt';

/** Hexadecimal sRGB colours. Skin has hues that nobody's has: a character stands for no ethnicity. */
export interface Palette {
  readonly background: readonly [light: string, dark: string];
  readonly skin: {
    readonly light: string;
    readonly base: string;
    readonly shade: string;
    readonly deep: string;
  };
  readonly blush: string;
  readonly lips: string;
  readonly hair: { readonly light: string; readonly base: string; readonly deep: string };
  readonly iris: readonly [light: string, dark: string];
  /** Outer garment, and what shows beneath it. */
  readonly cloth: { readonly light: string; readonly base: string; readonly deep: string };
  readonly under: { readonly base: string; readonly deep: string };
}

/** The built-in set: nobody's likeness, no gender, no ethnicity. */
export const DRAWN_CHARACTERS: readonly DrawnCharacter[] = [
  {
    ...{ id: 'slate', name: 'Slate', hair: 'cropped', clothes: 'jacket' },
    face: {
      ...{ temples: 0.95, jaw: 0.88, chin: 0.94, eyeWidth: 1.22, eyeHeight: 2.15, eyeTiltCm: 0.05 },
      ...{ noseWidth: 0.88, mouthWidth: 1.12, lipHeight: 0.74, browCm: 0.3 },
    },
    palette: {
      background: ['#dfe5ea', '#b3bfca'],
      skin: { light: '#d3dde8', base: '#b4c2d2', shade: '#8396ac', deep: '#566a83' },
      ...{ blush: '#b98f9c', lips: '#9a8698' },
      hair: { light: '#4d5d74', base: '#303d50', deep: '#1d2735' },
      iris: ['#6fa3b8', '#274457'],
      cloth: { light: '#3e4b60', base: '#2b3648', deep: '#1b2432' },
      under: { base: '#eef2f5', deep: '#c3ccd6' },
    },
  },
  {
    ...{ id: 'sage', name: 'Sage', hair: 'curled', clothes: 'turtleneck' },
    face: {
      ...{ temples: 0.97, jaw: 0.92, chin: 0.89, eyeWidth: 1.26, eyeHeight: 2.25, eyeTiltCm: 0 },
      ...{ noseWidth: 0.96, mouthWidth: 1.16, lipHeight: 0.86, browCm: 0.26 },
    },
    palette: {
      background: ['#e9e6da', '#c9c3ae'],
      skin: { light: '#d2dcc6', base: '#b2c2a4', shade: '#859a79', deep: '#576d50' },
      ...{ blush: '#c09a84', lips: '#a58d78' },
      hair: { light: '#57604a', base: '#39432f', deep: '#232a1c' },
      iris: ['#a8905a', '#4a3a1f'],
      cloth: { light: '#8a7561', base: '#6c5949', deep: '#4b3c30' },
      under: { base: '#e9e4d8', deep: '#c6bfae' },
    },
  },
  {
    ...{ id: 'heather', name: 'Heather', hair: 'layered', clothes: 'shirt' },
    face: {
      ...{ temples: 0.94, jaw: 0.85, chin: 0.93, eyeWidth: 1.25, eyeHeight: 2.2, eyeTiltCm: 0.1 },
      ...{ noseWidth: 0.86, mouthWidth: 1.08, lipHeight: 0.8, browCm: 0.25 },
    },
    palette: {
      background: ['#c9bfce', '#9d90a8'],
      skin: { light: '#e0d4e4', base: '#c6b5cd', shade: '#9a86a6', deep: '#6b5879' },
      ...{ blush: '#c98fa0', lips: '#ad8299' },
      hair: { light: '#6d5a78', base: '#47384f', deep: '#2c2233' },
      iris: ['#7c8fc0', '#313a62'],
      cloth: { light: '#f4f2f6', base: '#dfdbe6', deep: '#b5aec2' },
      under: { base: '#c6b5cd', deep: '#9a86a6' },
    },
  },
  {
    ...{ id: 'clay', name: 'Clay', hair: 'swept', clothes: 'crew' },
    face: {
      ...{ temples: 0.94, jaw: 0.91, chin: 0.98, eyeWidth: 1.2, eyeHeight: 2.05, eyeTiltCm: 0 },
      ...{ noseWidth: 0.92, mouthWidth: 1.16, lipHeight: 0.78, browCm: 0.32 },
    },
    palette: {
      background: ['#efe7dc', '#d3c3b0'],
      skin: { light: '#edbfa0', base: '#dc9c78', shade: '#b36f50', deep: '#7f4733' },
      ...{ blush: '#cf6f5c', lips: '#b9674f' },
      hair: { light: '#4f6a72', base: '#2f474f', deep: '#1c2c32' },
      iris: ['#7fa38f', '#2c473c'],
      cloth: { light: '#5a7d86', base: '#41626b', deep: '#2b454d' },
      under: { base: '#41626b', deep: '#2b454d' },
    },
  },
];
