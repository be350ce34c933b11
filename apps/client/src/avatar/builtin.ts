import { DRAWN_CHARACTERS, drawCharacter, type AvatarBundle, type DrawnCharacter } from '@guise/avatar';
import { encodePng } from '@guise/media';
import sharp from 'sharp';
import { CliError } from '../cli-error.js';

/** The characters were drawn at this time, whenever a bundle is made: equal characters give equal bundles. */
const DRAWN_AT = Date.UTC(2026, 10, 1) / 1000;
/** Sides of the mask over those of the picture. */
const MASK_SHARE = 0.5;

/** @throws CliError `usage` that names those there are */
export function findCharacter(id: string): DrawnCharacter {
  const found = DRAWN_CHARACTERS.find((character) => character.id === id);
  if (found !== undefined) return found;
  throw new CliError(
    'usage',
    `there is no built-in avatar "${id}"`,
    `Built in are: ${DRAWN_CHARACTERS.map((character) => character.id).join(', ')}.`,
  );
}

/**
 * Rasterises a drawn character into a bundle. Nobody's likeness: it needs no picture, no network and no model. Equal
 * bytes wherever the same rasteriser (librsvg, within sharp) runs.
 */
export async function builtinBundle(character: DrawnCharacter): Promise<AvatarBundle> {
  const { width, height, background, person, landmarks } = drawCharacter(character);
  const drawn = await sharp(Buffer.from(person)).ensureAlpha().png().toBuffer();
  const picture = await sharp(Buffer.from(background))
    .composite([{ input: drawn }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const mask = { width: Math.round(width * MASK_SHARE), height: Math.round(height * MASK_SHARE) };
  const alpha = await sharp(drawn)
    .extractChannel('alpha')
    .resize({ ...mask, fit: 'fill' })
    .raw()
    .toBuffer();
  const bytes = await encodePng({ width, height, data: new Uint8Array(picture) });
  return {
    ...{ name: character.name, kind: 'stylised', likeness: 'artwork' },
    provenance: `Built-in character "${character.id}", drawn by Guise's own code (libs/avatar/src/drawn); nobody's likeness.`,
    licence: 'Apache-2.0',
    createdAt: DRAWN_AT,
    picture: { mediaType: 'image/png', width, height, bytes },
    landmarks,
    personMask: { ...mask, data: new Uint8Array(alpha) },
  };
}
