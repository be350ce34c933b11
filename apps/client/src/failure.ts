import { ApiError, AuthorityRefusal } from '@guise/api-client';
import { AvatarError } from '@guise/avatar';
import { MediaError, type MediaErrorCode } from '@guise/media';
import { PermitError } from '@guise/permit';
import { RuntimeError } from '@guise/runtime';
import { VerificationError } from '@guise/verification';
import { ModelError, VisionError } from '@guise/vision';
import { CliError } from './cli-error.js';
import type { ExitName } from './exit-codes.js';

/** Turns what the libraries throw into an exit with words for the user; anything else is a defect of ours. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ApiError) return fromApi(error);
  if (error instanceof RuntimeError) return fromRuntime(error);
  if (error instanceof PermitError) {
    return new CliError('gateShut', `the permit is refused: ${error.message}`, null, [], { cause: error });
  }
  if (error instanceof MediaError)
    return new CliError(MEDIA_EXITS[error.code], error.message, null, [], { cause: error });
  if (error instanceof AvatarError)
    return new CliError('badInput', error.message, null, [], { cause: error });
  if (error instanceof ModelError)
    return new CliError('setupIncomplete', error.message, null, [], { cause: error });
  if (error instanceof VerificationError)
    return new CliError('badInput', error.message, null, [], { cause: error });
  if (error instanceof VisionError)
    return new CliError('setupIncomplete', error.message, null, [], { cause: error });
  return new CliError(
    'failure',
    'something unexpected happened',
    'Please report it, with the text below.',
    [],
    { cause: error },
  );
}

function fromApi(error: ApiError): CliError {
  const exit: ExitName = error instanceof AuthorityRefusal ? 'refused' : 'unreachable';
  const reasons = error instanceof AuthorityRefusal ? error.reasons : [];
  return new CliError(exit, error.message, error.advice, reasons, { cause: error });
}

/** What the authority did to the session says more than that the session ended. */
function fromRuntime(error: RuntimeError): CliError {
  if (error.cause instanceof ApiError) return fromApi(error.cause);
  const exit = error.code === 'no-frames' ? 'badInput' : 'gateShut';
  return new CliError(exit, error.message, null, [], { cause: error });
}

const MEDIA_EXITS: Readonly<Record<MediaErrorCode, ExitName>> = {
  'ffmpeg-missing': 'setupIncomplete',
  'ffmpeg-incapable': 'setupIncomplete',
  'not-found': 'badInput',
  'empty-file': 'badInput',
  'file-too-large': 'badInput',
  'not-media': 'badInput',
  'no-picture': 'badInput',
  ambiguous: 'badInput',
  'picture-too-large': 'badInput',
  'picture-too-small': 'badInput',
  'too-long': 'badInput',
  damaged: 'badInput',
  'bad-size': 'badInput',
  'disk-full': 'outputFailed',
  'write-failed': 'outputFailed',
  stalled: 'failure',
  'camera-missing': 'badInput',
  'camera-busy': 'badInput',
  'camera-denied': 'badInput',
  'camera-lost': 'badInput',
  aborted: 'interrupted',
};
