import { z } from 'zod';

/** The words that every rendered frame bears (EU AI Act, Article 50; DESIGN §11). */
export const DISCLOSURE_LABEL = 'AI MODIFIED';

/** Longest text that still leaves most of the picture free. */
const MAX_LABEL_LENGTH = 40;
/** The longest word fits on one line of the smallest picture that is worked at (see `libs/frame/src/label.ts`). */
const MAX_WORD_LENGTH = 16;

/**
 * What is burned into every frame: the words the law asks for, alone or before the organisation's own. Only characters
 * that the burned-in capitals have, so that what two admins signed is what people read: no lower case, no accents, no
 * direction marks, no control characters. No question mark, colon or the like, which could turn the words round.
 */
export const labelText = z
  .string()
  .max(MAX_LABEL_LENGTH, `is longer than ${MAX_LABEL_LENGTH} characters`)
  .regex(
    /^[A-Z0-9&.,/()+'-]+(?: [A-Z0-9&.,/()+'-]+)*$/,
    "has others than capitals A to Z, digits, & . , / ( ) + ' - and single spaces: they cannot be drawn legibly",
  )
  .refine(
    (text) => text === DISCLOSURE_LABEL || text.startsWith(`${DISCLOSURE_LABEL} `),
    `must begin with "${DISCLOSURE_LABEL}"`,
  )
  .refine(
    (text) => text.split(' ').every((word) => word.length <= MAX_WORD_LENGTH),
    `has a word of more than ${MAX_WORD_LENGTH} characters, which does not fit small pictures`,
  );

/** A corner of the picture. */
export const labelPosition = z.enum(['top-right', 'top-left', 'bottom-right', 'bottom-left']);
export type LabelPosition = z.infer<typeof labelPosition>;

/** The corners a label may stand in, each once. It stands in the first unless the wearer chooses another of them. */
export const labelPositions = z
  .array(labelPosition)
  .min(1)
  .max(4)
  .refine((corners) => new Set(corners).size === corners.length, 'names one twice');
