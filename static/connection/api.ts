import type { ErrorBody } from '../../server/wire.js';
import { words } from 'shared/words';

/*
 * The page handles an error by its status, and by its code only where it knows that: a page may stay open while the
 * server is upgraded or downgraded.
 */

/** Statuses of the 4xx after which the same request may succeed later. */
const TEMPORARY = [408, 425, 429];
/** Statuses that mean that this visitor may not read, for now or until something changes. */
const REFUSALS = [401, 403, 429];

/** A failed request, with a sentence for the person. Status 0 means that there was no answer from the server. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** How long to wait before the next request, in milliseconds, if the server said so. */
    readonly retryAfter?: number,
    /** The server's error; `undefined` where something between the page and the server answered. */
    readonly body?: ErrorBody,
  ) {
    super(message);
  }

  /** Returns the error for an error body of the server, from any transport. */
  static from(body: ErrorBody): ApiError {
    const { error, status, retryAfter } = body;
    return new ApiError(error, status, retryAfter && retryAfter * 1000, body);
  }

  /** Whether the session of this page has ended: nothing is accepted from it until the next sign-in. */
  get isSignedOut(): boolean {
    return this.body?.code === 'sign_in_required';
  }

  /** Whether a retry would be answered the same. */
  get isFinal(): boolean {
    return this.status >= 400 && !isTemporary(this);
  }
}

/** A successful answer. */
export interface ApiResponse<T> {
  body: T;
  /** How long to wait before the next request, in milliseconds, if the server said so. */
  retryAfter: number | undefined;
}

interface RequestOptions {
  method?: string;
  body?: object;
  cache?: RequestCache;
  /** Aborts the request. */
  controller?: AbortController;
  /** In milliseconds. */
  timeout?: number;
}

/**
 * Sends a request with a JSON body and parses the JSON answer.
 * @throws {ApiError} and nothing else.
 */
export async function request<T>(
  path: string,
  // On a dead connection, fetch would wait for minutes, and the messages behind this one with it.
  { method = 'GET', body, cache, controller = new AbortController(), timeout = 15_000 }: RequestOptions = {},
): Promise<ApiResponse<T>> {
  let response: Response;
  let answer: unknown;
  const timer = setTimeout(() => controller.abort(), timeout);
  try {
    response = await fetch(path, {
      method,
      signal: controller.signal,
      ...(cache && { cache }),
      ...(body && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        keepalive: true,
      }),
    });
    answer = parse(await response.text());
  } catch {
    throw new ApiError(words.serverUnreachable, 0);
  } finally {
    clearTimeout(timer);
  }
  const retryAfter = readRetryAfter(response);
  // The sign-in page of a network answers everything with 200 and HTML.
  if (response.ok && (answer !== undefined || response.status === 204))
    return { body: answer as T, retryAfter };
  if (response.ok) throw new ApiError(words.networkAnswered, 0);
  if (isErrorBody(answer)) throw ApiError.from(answer);
  throw new ApiError(words.serverStatus(response.status), response.status, retryAfter);
}

/**
 * Sends a request and returns the body of the answer.
 * @throws {ApiError} and nothing else.
 */
export async function api<T>(path: string, method = 'GET', body?: object): Promise<T> {
  return (await request<T>(path, { method, ...(body && { body }) })).body;
}

/** Whether an answer is an error, for transports that deliver both in the same place. */
export function isErrorBody(answer: unknown): answer is ErrorBody {
  return typeof answer === 'object' && answer !== null && 'error' in answer && 'status' in answer;
}

/** Returns the server's error if it means that this visitor may not read; `undefined` for all other errors. */
export function refusalOf(error: unknown): ErrorBody | undefined {
  const body = error instanceof ApiError ? error.body : error;
  return isErrorBody(body) && REFUSALS.includes(body.status) ? body : undefined;
}

/** Whether the same request may succeed later. */
export function isTemporary({ status }: { status: number }): boolean {
  return status >= 500 || TEMPORARY.includes(status);
}

/** Whether the server no longer has the history that the cursor belongs to. */
export function isCursorGone(error: unknown): boolean {
  return error instanceof ApiError && error.body?.code === 'cursor_gone';
}

/** Returns the sentence to show for anything thrown. */
export function errorText(error: unknown): string {
  return error instanceof ApiError ? error.message : words.reloadPage;
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
