import type { InjectOptions } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Parsed JSON, or the text when it is none. */
  readonly body: unknown;
}

export interface CallOptions {
  /** Bearer token of a sign-in. */
  readonly token?: string | undefined;
  readonly json?: unknown;
  readonly payload?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Calls the authority in-process through its whole HTTP stack. */
export class Api {
  constructor(private readonly app: NestFastifyApplication) {}

  async call(method: Method, url: string, options: CallOptions = {}): Promise<ApiAnswer> {
    const headers: Record<string, string> = { ...options.headers };
    if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
    const request: InjectOptions = { method, url, headers };
    if (options.json !== undefined) {
      headers['content-type'] = 'application/json';
      request.payload = JSON.stringify(options.json);
    } else if (options.payload !== undefined) {
      request.payload = options.payload;
    }
    const answer = await this.app.inject(request);
    return { status: answer.statusCode, headers: answer.headers, body: parseBody(answer.body) };
  }

  get(url: string, options: CallOptions = {}): Promise<ApiAnswer> {
    return this.call('GET', url, options);
  }

  post(url: string, json: unknown, options: CallOptions = {}): Promise<ApiAnswer> {
    return this.call('POST', url, { ...options, json });
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A text member of an answer's body; fails the test when it is not there. */
export function textOf(body: unknown, name: string): string {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  if (typeof value !== 'string') throw new Error(`the answer has no text "${name}": ${JSON.stringify(body)}`);
  return value;
}
