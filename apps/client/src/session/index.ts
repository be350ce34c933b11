export { watchSession } from './session-events.js';
export { checkStatus } from './status-check.js';
export { createPermitKeys, type PermitKeys, type PermitKeysPorts } from '../home/permit-keys.js';
export { loadPairing, savePairing, type Pairing } from '../home/pairing-store.js';
