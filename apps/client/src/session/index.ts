export { watchSession } from './session-events.js';
export { checkStatus } from './status-check.js';
