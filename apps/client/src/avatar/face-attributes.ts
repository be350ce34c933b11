import type { AvatarBundle } from '@guise/avatar';
import { rgbToI420 } from '@guise/frame';
import { decodeImage } from '@guise/media';
import { findAttributes, type AttributeFinding, type FaceAttribute } from '@guise/vision';
import { CliError } from '../cli-error.js';
import type { WearMode } from '../pipeline/wear-mode.js';
import type { LoadedBundle } from '../session/terms.js';

export interface AttributeWarning {
  readonly code: `wears-${FaceAttribute}`;
  readonly message: string;
}

/** Glasses or a beard in the picture of a bundle, in words: an overlay would put them on the wearer's face. */
export async function attributeWarnings(bundle: AvatarBundle): Promise<readonly AttributeWarning[]> {
  return (await attributesOf(bundle)).map(({ attribute, certainty }) => ({
    code: `wears-${attribute}`,
    message:
      certainty === 'clear'
        ? `The face wears ${nameOf(attribute)}: worn as an overlay, they would lie on the wearer's own. A portrait shows them as they are.`
        : `The face may wear ${nameOf(attribute)}: look at the picture before it is worn as an overlay.`,
  }));
}

/**
 * Looks at the face before it is worn. A portrait shows glasses and beards as they are.
 * @param isBare the wearer says that the face wears nothing, whatever is found in it
 * @returns what the wearer should know, in words
 * @throws CliError `badInput` when an overlay would put glasses or a beard on the wearer
 */
export async function admitToMode(
  { bundle }: LoadedBundle,
  mode: WearMode,
  isBare: boolean,
): Promise<readonly string[]> {
  if (mode === 'portrait' || isBare) return [];
  const findings = await attributesOf(bundle);
  const clear = findings.filter(({ certainty }) => certainty === 'clear');
  if (clear.length > 0)
    throw new CliError(
      'badInput',
      `"${bundle.name}" wears ${listOf(clear)}, which an overlay would put on your face`,
      'Wear it as a portrait (--mode portrait), or enrol without. If its picture shows none: --bare-face.',
    );
  return findings.length === 0
    ? []
    : [`"${bundle.name}" may wear ${listOf(findings)}: look at the first pictures.`];
}

async function attributesOf({ picture, landmarks }: AvatarBundle): Promise<readonly AttributeFinding[]> {
  return findAttributes(rgbToI420(await decodeImage(picture.bytes)), landmarks);
}

const listOf = (findings: readonly AttributeFinding[]): string =>
  listAttributes(findings.map(({ attribute }) => attribute));

/** "glasses and a beard" */
export function listAttributes(attributes: readonly FaceAttribute[]): string {
  return attributes.map(nameOf).join(' and ');
}

function nameOf(attribute: FaceAttribute): string {
  return attribute === 'beard' ? 'a beard' : 'glasses';
}
