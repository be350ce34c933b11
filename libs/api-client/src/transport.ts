import { problem as problemSchema } from '@guise/protocol';
import type { z } from 'zod';
import { readBounded } from './bounded-body.js';
import { multipartBody, type FormPart } from './multipart.js';
import { AuthorityAnswerError, AuthorityRefusal, AuthorityUnreachableError } from './errors.js';

/** The largest JSON answer is a verification report with its proof bundle. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
export const DEFAULT_TIMEOUT_MS = 15_000;
/** Uploads that are judged while the request waits (enrolment, verification). */
export const UPLOAD_TIMEOUT_MS = 300_000;
/** Uploads of whole recordings, which are judged afterwards. */
export const RECORDING_TIMEOUT_MS = 1_800_000;

export interface TransportConfig {
  /** Address of the authority, e.g. `https://guise.example.org`; a path is kept. */
  readonly baseUrl: string;
  /** `globalThis.fetch` unless a test replaces it. */
  readonly fetch?: typeof globalThis.fetch;
  readonly timeoutMs?: number;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with a slash; identifiers are escaped by `pathOf`. */
  readonly path: string;
  readonly json?: unknown;
  readonly form?: readonly FormPart[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** To be carried out once, however often it has to be sent (`withKeyedRetries`). */
  readonly once?: boolean;
  /**
   * Takes the body of a successful answer piece by piece as it comes, for as long as it comes; `timeoutMs` is then the
   * longest silence. The answer's body is empty.
   */
  readonly onChunk?: (chunk: Uint8Array) => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** One HTTP exchange: bounded and timed. Knows no credentials; a refusal is an answer like any other. */
export interface Transport {
  readonly baseUrl: string;
  /** @throws AuthorityUnreachableError, AuthorityAnswerError */
  exchange(call: Call): Promise<Answer>;
  /** The URL a DPoP proof names (`htu`: without query and fragment, RFC 9449 §4.2). */
  htu(path: string): string;
}

export function createTransport(config: TransportConfig): Transport {
  const baseUrl = config.baseUrl.replace(/\/+$/, '');
  const doFetch = config.fetch ?? globalThis.fetch;
  return {
    baseUrl,
    htu: (path) => `${baseUrl}${path.replace(/[?#].*$/s, '')}`,
    async exchange(call) {
      const timeout = createTimeout(call.timeoutMs ?? config.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      const signal =
        call.signal === undefined ? timeout.signal : AbortSignal.any([timeout.signal, call.signal]);
      try {
        const response = await doFetch(`${baseUrl}${call.path}`, requestOf(call, signal));
        const body = await readBody(response, call, timeout);
        return { status: response.status, headers: response.headers, body };
      } catch (error) {
        throw call.signal?.aborted === true ? error : unreachableOr(error, timeout.signal, baseUrl);
      } finally {
        timeout.stop();
      }
    },
  };
}

interface Timeout {
  readonly signal: AbortSignal;
  /** Begins to count anew. */
  restart(): void;
  stop(): void;
}

function createTimeout(ms: number): Timeout {
  const controller = new AbortController();
  const start = () =>
    setTimeout(() => {
      controller.abort();
    }, ms);
  let timer = start();
  return {
    signal: controller.signal,
    restart() {
      clearTimeout(timer);
      timer = start();
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

async function readBody(
  response: Response,
  { onChunk }: Call,
  timeout: Timeout,
): Promise<Uint8Array<ArrayBuffer>> {
  if (onChunk === undefined || response.status !== 200) return readBounded(response, MAX_ANSWER_BYTES);
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  try {
    for (;;) {
      const piece = await reader?.read();
      if (piece?.value === undefined) return new Uint8Array();
      timeout.restart();
      onChunk(piece.value);
    }
  } finally {
    await reader?.cancel();
  }
}

function requestOf(call: Call, signal: AbortSignal): RequestInit {
  const { contentType, ...body } = bodyOf(call);
  return {
    method: call.method,
    headers: {
      accept: 'application/json, application/problem+json',
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...call.headers,
    },
    ...body,
    signal,
    // A redirect could carry a credential to another host.
    redirect: 'error',
  };
}

function bodyOf({
  form,
  json,
}: Call): Pick<RequestInit, 'body' | 'duplex'> & { readonly contentType?: string } {
  if (form !== undefined) {
    const { contentType, stream } = multipartBody(form, `guise-${crypto.randomUUID()}`);
    return { contentType, body: stream, duplex: 'half' };
  }
  return json === undefined ? {} : { contentType: 'application/json', body: JSON.stringify(json) };
}

/** The authority's refusal in an answer of status ≥ 400, or the error that it is none. */
export function refusalOf(answer: Answer): AuthorityRefusal | AuthorityAnswerError {
  const parsed = problemSchema.safeParse(tryJson(answer));
  if (parsed.success) return new AuthorityRefusal(parsed.data);
  return new AuthorityAnswerError(
    'answer-invalid',
    `status ${String(answer.status)} without problem details: this is not how an authority refuses`,
  );
}

/**
 * The answer as text.
 * @throws AuthorityRefusal for a status ≥ 400
 * @throws AuthorityAnswerError when it is not UTF-8
 */
export function textOf(answer: Answer): string {
  if (answer.status >= 400) throw refusalOf(answer);
  const text = tryText(answer.body);
  if (text === undefined) throw new AuthorityAnswerError('answer-invalid', 'the answer is not UTF-8 text');
  return text;
}

/** The answer's bytes. @throws AuthorityRefusal for a status ≥ 400 */
export function bytesOf(answer: Answer): Uint8Array<ArrayBuffer> {
  if (answer.status >= 400) throw refusalOf(answer);
  return answer.body;
}

function tryText(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function tryJson({ body }: Answer): unknown {
  try {
    return JSON.parse(tryText(body) ?? '');
  } catch {
    return undefined;
  }
}

function unreachableOr(error: unknown, timeout: AbortSignal, baseUrl: string): unknown {
  if (error instanceof AuthorityAnswerError) return error;
  const code = timeout.aborted ? 'authority-timeout' : 'authority-unreachable';
  return new AuthorityUnreachableError(code, baseUrl, { cause: error });
}

/**
 * Parses a JSON answer by its wire schema.
 * @throws AuthorityRefusal for a status ≥ 400
 * @throws AuthorityAnswerError `answer-invalid`: JSON or schema do not fit; the value itself is never shown
 */
export function parseAnswer<S extends z.ZodType>(schema: S, answer: Answer): z.infer<S> {
  if (answer.status >= 400) throw refusalOf(answer);
  const json = tryJson(answer);
  if (json === undefined) throw new AuthorityAnswerError('answer-invalid', 'the answer is not JSON');
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`)
    .join('; ');
  throw new AuthorityAnswerError('answer-invalid', `the answer does not have the agreed form (${where})`);
}

/** Builds a path from literal text and escaped identifiers. */
export function pathOf(literals: TemplateStringsArray, ...ids: readonly (string | number)[]): string {
  return String.raw({ raw: literals }, ...ids.map((id) => encodeURIComponent(id)));
}
