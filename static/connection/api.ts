import type { ErrorBody, ErrorCode } from '../../server/wire.js';

/** Errors of the moment: the same request may succeed later. */
const TEMPORARY: readonly ErrorCode[] = [
  'internal',
  'rate_limited',
  'request_timeout',
  'slow_mode',
  'too_many_connections',
  'unavailable',
];
/** Errors that keep somebody from reading at all, for now or until something has changed. */
const REFUSALS: readonly ErrorCode[] = [
  'banned',
  'forbidden',
  'origin_not_allowed',
  'rate_limited',
  'sign_in_required',
  'too_many_connections',
];

/** A request that came to nothing, with a sentence for the person; status 0 is no answer at all. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** How long the server asks to be left alone, in milliseconds, if it does. */
    readonly retryAfter?: number,
    /** What the server itself said; nothing where something before it did. */
    readonly body?: ErrorBody,
  ) {
    super(message);
  }

  /** What the server said, whichever way it came. */
  static from(body: ErrorBody): ApiError {
    const { error, status, retryAfter } = body;
    return new ApiError(error, status, retryAfter && retryAfter * 1000, body);
  }

  /** Whether the server has decided: asking the same again would be answered the same. */
  get isFinal(): boolean {
    if (this.body) return !isTemporary(this.body);
    // Something between the page and the server has answered.
    return this.status >= 400 && this.status < 500 && ![408, 425, 429].includes(this.status);
  }
}

/** What the server answered. */
export interface ApiResponse<T> {
  body: T;
  /** When to ask again, in milliseconds, if the server said so. */
  retryAfter: number | undefined;
}

interface RequestOptions {
  method?: string;
  body?: object;
  cache?: RequestCache;
  /** Ends the request from outside. */
  controller?: AbortController;
  /** How long the answer may take, in milliseconds. */
  timeout?: number;
}

/**
 * Asks the server, in JSON both ways.
 * @throws {ApiError} and nothing else.
 */
export async function request<T>(
  path: string,
  // Without an end of our own, a request on a dead connection holds up what waits behind it.
  {
    method = 'GET',
    body,
    cache,
    controller: ending = new AbortController(),
    timeout: patience = 15_000,
  }: RequestOptions = {},
): Promise<ApiResponse<T>> {
  let response: Response;
  let answer: unknown;
  const late = setTimeout(() => ending.abort(), patience);
  try {
    response = await fetch(path, {
      method,
      signal: ending.signal,
      ...(cache && { cache }),
      ...(body && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        keepalive: true,
      }),
    });
    answer = parse(await response.text());
  } catch {
    throw new ApiError('The server can’t be reached. Check your connection and try again.', 0);
  } finally {
    clearTimeout(late);
  }
  const retryAfter = readRetryAfter(response);
  // A network's sign-in page says 200 to everything: only what is in JSON comes from the server.
  if (response.ok && (answer !== undefined || response.status === 204))
    return { body: answer as T, retryAfter };
  if (response.ok)
    throw new ApiError(
      'The network answered instead of the server. Check whether it asks you to sign in.',
      0,
    );
  if (isErrorBody(answer)) throw ApiError.from(answer);
  throw new ApiError(
    `The server answered with status ${response.status}. Try again later.`,
    response.status,
    retryAfter,
  );
}

/**
 * Asks the server, and takes the answer alone.
 * @throws {ApiError} and nothing else.
 */
export async function api<T>(path: string, method = 'GET', body?: object): Promise<T> {
  return (await request<T>(path, { method, ...(body && { body }) })).body;
}

/** Tells an error from an answer, wherever the two arrive by the same way. */
export function isErrorBody(answer: unknown): answer is ErrorBody {
  return typeof answer === 'object' && answer !== null && 'error' in answer && 'code' in answer;
}

/** Why the server does not let one in, where that is what an error says: to sign in first, a ban, too often. */
export function refusalOf(error: unknown): ErrorBody | undefined {
  const body = error instanceof ApiError ? error.body : error;
  return isErrorBody(body) && REFUSALS.includes(body.code) ? body : undefined;
}

/** Whether the same request may succeed later. */
export function isTemporary({ code }: ErrorBody): boolean {
  return TEMPORARY.includes(code);
}

/** Whether a cursor is not of the server's history any more. */
export function isCursorGone(error: unknown): boolean {
  return error instanceof ApiError && error.body?.code === 'cursor_gone';
}

/** What to show of anything thrown. */
export function errorText(error: unknown): string {
  return error instanceof ApiError ? error.message : 'Something went wrong. Reload the page.';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readRetryAfter({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? Math.min(seconds, 300) * 1000 : undefined;
}
