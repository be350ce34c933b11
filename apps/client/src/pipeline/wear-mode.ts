/** How an avatar is worn: its own picture comes alive, or its face is put into the camera picture. The first is the default. */
export const WEAR_MODES = ['portrait', 'overlay'] as const;
export type WearMode = (typeof WEAR_MODES)[number];
