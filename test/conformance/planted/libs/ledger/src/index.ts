// Planted violation: a pure library reaches into an adapter.
import { database } from '../../persistence/src/index.js';

export const reached = database;
