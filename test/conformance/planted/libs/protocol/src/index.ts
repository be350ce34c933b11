// Planted violation: the foundation imports a library above it.
import { reached } from '../../ledger/src/index.js';

export const upward = reached;
