import type { ErrorBody } from './wire';

/**
 * A no that is meant for the person who asked: a sentence to act on, and an HTTP status.
 * Anything else that is thrown is a fault of ours: a 500 and a line in the log.
 */
export class Refusal extends Error {
  constructor(
    /** 4xx, or 503 where trying again later may work. */
    readonly status: number,
    message: string,
    /** When to try again, in s, where that is known. */
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** The answer to somebody who is banned, or whose address is: no page of the chat can be opened from where it is shown. */
export class BanRefusal extends Refusal {
  constructor(message: string) {
    super(403, message);
  }
}

/** What is told of an error, on every transport; one that is no refusal is logged and not explained. */
export function errorBody(error: unknown): ErrorBody {
  if (error instanceof Refusal) {
    const { message, status, retryAfter } = error;
    return { error: message, status, ...(retryAfter !== undefined && { retryAfter }) };
  }
  console.error(error);
  return { error: 'Something went wrong on the server. Try again.', status: 500 };
}
