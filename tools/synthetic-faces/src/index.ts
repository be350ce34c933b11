export { createActor, RESTING, type Actor, type ActorExpression } from './actor.js';
export { openHumanBody, type HumanBody } from './human-body.js';
export type { Identity, IdentityKind, Rgb } from './identity.js';
export { ensureMakeHuman } from './makehuman-package.js';
export type { Light } from './rasterizer.js';
export {
  renderScene,
  STUDIO_LIGHT,
  type Appearance,
  type FaceTruth,
  type RenderedScene,
  type Scene,
} from './scene.js';
export { CAST, writeFixtures } from './fixtures.js';
export { createPerformance, type Cue, type Moment, type PerformanceOptions } from './performance.js';
export { renderSequence, type Performer, type SequenceFrame, type SequenceOptions } from './sequence.js';
export { writeY4m } from './y4m.js';
export { BEARDS, type Beard } from './attributes/beard.js';
export { GLASSES, type Glasses } from './attributes/glasses.js';
export { drawAttributes, type DrawnAttributes } from './attributes/draw-attributes.js';
