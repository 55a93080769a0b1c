import type { ErrorBody, ErrorCode } from './wire';
import { DEFAULT_LANGUAGE, type Language } from './words/language';
import { inLanguage, type Sentence } from './words/sentence';

/** The HTTP status of each error code. PROTOCOL.md has the same list. */
export const STATUS = {
  bad_request: 400,
  sign_in_required: 401,
  sign_in_failed: 401,
  forbidden: 403,
  origin_not_allowed: 403,
  banned: 403,
  muted: 403,
  room_archived: 403,
  room_locked: 403,
  wrong_password: 403,
  not_found: 404,
  not_acceptable: 406,
  request_timeout: 408,
  conflict: 409,
  name_taken: 409,
  id_taken: 409,
  room_taken: 409,
  limit_reached: 409,
  cursor_gone: 410,
  precondition_failed: 412,
  too_large: 413,
  address_too_long: 414,
  unsupported_type: 415,
  range_not_satisfiable: 416,
  expectation_failed: 417,
  rate_limited: 429,
  slow_mode: 429,
  too_many_connections: 429,
  headers_too_large: 431,
  internal: 500,
  not_implemented: 501,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>;

/** When to repeat a request that is refused with `unavailable`, in s. */
export const RETRY_AFTER = 2;

/**
 * An error that is meant for the client, with a sentence for a person: in no language until it is sent. Any other error is a fault of the server: it is
 * logged, and answered with `internal`.
 */
export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    /** What happened, and what to do. */
    readonly sentence: Sentence,
    /** When to try again, in s, where that is known. */
    readonly retryAfter?: number,
  ) {
    super(inLanguage(sentence, DEFAULT_LANGUAGE));
    this.name = 'Refusal';
  }

  /** The HTTP status of its code. */
  get status(): number {
    return STATUS[this.code];
  }

  /** Returns the error as it crosses the wire, on every transport. */
  bodyIn(language: Language): ErrorBody {
    const { sentence, code, status, retryAfter } = this;
    const error = inLanguage(sentence, language);
    return { error, code, status, ...(retryAfter !== undefined && { retryAfter }) };
  }
}

/** Returns an error as a refusal. If it is none, it is logged, and its message is not disclosed. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  console.error(error);
  return new Refusal('internal', 'internal');
}

/** Returns an error as it crosses the wire; see {@link toRefusal}. */
export function errorBody(error: unknown, language: Language): ErrorBody {
  return toRefusal(error).bodyIn(language);
}
