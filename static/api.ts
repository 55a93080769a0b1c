import type { ErrorBody } from '../server/wire.js';

/** A request that came to nothing, with a sentence for the person; status 0 is no answer at all. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** How long the server asks to be left alone, in milliseconds. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** Whether the server has decided: asking the same again would be answered the same. */
  get final(): boolean {
    return this.status >= 400 && this.status < 500 && ![408, 425, 429].includes(this.status);
  }
}

/**
 * Asks the server, in JSON both ways.
 * @throws {ApiError} and nothing else.
 */
export async function api<T>(path: string, method = 'GET', body?: object): Promise<T> {
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(path, {
      method,
      // Without an end of our own, a request on a dead connection holds up what waits behind it.
      signal: AbortSignal.timeout(15_000),
      ...(body && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        keepalive: true,
      }),
    });
    answer = parse(await response.text());
  } catch {
    throw new ApiError('The server can’t be reached.', 0);
  }
  // A network's sign-in page says 200 to everything: only what is in JSON comes from the server.
  if (response.ok && (answer !== undefined || response.status === 204)) return answer as T;
  if (response.ok) throw new ApiError('The network answered in the server’s place.', 0);
  const sentence = isError(answer) ? answer.error : `The server answered ${response.status}.`;
  throw new ApiError(sentence, response.status, retryAfter(response));
}

/** Tells an error from an answer, wherever the two arrive by the same way. */
export function isError(answer: unknown): answer is ErrorBody {
  return typeof answer === 'object' && answer !== null && 'error' in answer;
}

/** What to show of anything thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.message : 'Something went wrong here. Reload the page.';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get('Retry-After'));
  return Number.isFinite(seconds) ? Math.min(seconds, 300) * 1000 : 0;
}
