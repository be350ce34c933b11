import { listSupportedBackends } from 'onnxruntime-node';
import { ModelError } from './errors.js';

/** Execution providers that this build of ONNX Runtime knows. One that is known may still fail to start: no device, no driver. */
export const knownExecutionProviders = (): readonly string[] =>
  listSupportedBackends().map(({ name }) => name);

/** What ONNX Runtime calls otherwise than everybody else does. */
const ONNX_NAMES: Readonly<Record<string, string>> = { directml: 'dml' };

export const onnxName = (provider: string): string => ONNX_NAMES[provider] ?? provider;

/** @throws ModelError `provider-absent` listing those that exist */
export function requireExecutionProviders(wanted: readonly string[]): void {
  const known = knownExecutionProviders();
  const absent = wanted.filter((name) => !known.includes(onnxName(name)));
  if (wanted.length === 0 || absent.length > 0) {
    const what =
      absent.length > 0
        ? `There is no execution provider ${absent.join(', ')}`
        : 'No execution provider was named';
    throw new ModelError('provider-absent', `${what}. This machine has: ${known.join(', ')}.`);
  }
}
