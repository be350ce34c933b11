export { bundleOf, portraitFromPicture, type BundleWords } from './build-bundle.js';
export { faceWidthPx, KEPT_IDENTITY_COSINE } from './enhance.js';
export { builtinBundle, findCharacter } from './builtin.js';
export { viewFromPicture } from './further-views.js';
