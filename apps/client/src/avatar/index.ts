export { bundleOf, portraitFromPicture, type BundleWords } from './build-bundle.js';
export { builtinBundle, findCharacter } from './builtin.js';
