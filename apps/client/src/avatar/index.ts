export { bundleOf, portraitFromPicture, type BundleWords } from './build-bundle.js';
