export {
  createSoftwareAuthenticator,
  type RandomBytes,
  type SoftwareAuthenticator,
  type SoftwareAuthenticatorConfig,
} from './authenticator/software-authenticator.js';
export { AuthenticatorError } from './authenticator/error.js';
export { createSeededRandom } from './fakes/random.js';
export { createFakeClock, FAKE_START_MS, type FakeClock } from './fakes/clock.js';
export { p256Fixture, type P256Fixture, type P256PublicJwk } from './fixtures/keys.js';
export { permitClaimsFixture, type PermitFixtureInput } from './fixtures/permit.js';
export { CHROMIUM_FLAGS, findChromium } from './chromium.js';
