export { ModelError, type ModelErrorCode } from './errors.js';
export { knownExecutionProviders } from './execution-providers.js';
export { openModelRegistry, type ModelRegistry, type ModelRegistryOptions } from './model-registry.js';
