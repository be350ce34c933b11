import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { logSafe } from './log-safe.js';

/** Structured logs, one JSON object a line. Everything logged passes `logSafe` first. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { service: 'guise-authority' },
    hooks: {
      logMethod([first, ...rest], method) {
        // Before pino sees it: it would take the message of an error for the text of the line.
        const safe: unknown = first instanceof Error ? { err: logSafe(first) } : logSafe(first);
        Reflect.apply(method, this, [safe, ...rest.map((value: unknown) => logSafe(value))]);
      },
    },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return withSafeChildren(destination === undefined ? pino(options) : pino(options, destination));
}

/** pino writes what a child logger is bound to as it is; children of children inherit this. */
function withSafeChildren(logger: Logger): Logger {
  const child: unknown = Reflect.get(logger, 'child');
  if (typeof child !== 'function') throw new Error('pino has no child loggers');
  Reflect.defineProperty(logger, 'child', {
    value(this: unknown, bindings: unknown, ...rest: unknown[]): unknown {
      return Reflect.apply(child, this, [logSafe(bindings), ...rest]);
    },
  });
  return logger;
}

/** Nest's own messages in the same log. */
export function nestLogger(logger: Logger): LoggerService {
  const text = (message: unknown): string => (typeof message === 'string' ? message : 'nest');
  return {
    log: (message: unknown) => {
      logger.debug(text(message));
    },
    error: (message: unknown) => {
      logger.error(text(message));
    },
    warn: (message: unknown) => {
      logger.warn(text(message));
    },
    debug: (message: unknown) => {
      logger.debug(text(message));
    },
    verbose: (message: unknown) => {
      logger.trace(text(message));
    },
  };
}
