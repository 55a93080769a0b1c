import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AccessControl } from '../access/access-control';
import { errorBody } from '../refusal';
import { rejectRequest } from './reject';

/** How long a request is held that is refused here, in ms: a client that repeats it at once gains nothing. */
const HOLD = 1_000;

/** Holds back addresses that have spent their allowances, before anything is done for their requests. */
export class Throttle {
  private readonly count: (this: ServerResponse) => void;

  constructor(private readonly access: AccessControl) {
    // One function for all answers: streams keep theirs.
    this.count = function () {
      if (this.statusCode >= 400 && this.statusCode < 500) access.countRefusal(this.req);
    };
  }

  /** Passes on the requests of those who may ask. The page's assets only take turns: they are counted where they are refused. */
  wrap(handle: RequestListener): RequestListener {
    return (request, response) => {
      if (request.url?.startsWith('/static/')) response.on('finish', this.count);
      else if (!this.allows(request, response)) return;
      handle(request, response);
    };
  }

  /** Counts a request, or answers it with 429. @returns whether it may go on. */
  allows(request: IncomingMessage, response: ServerResponse): boolean {
    try {
      this.access.countRequest(request);
    } catch (error) {
      setTimeout(() => rejectRequest(response, errorBody(error)), HOLD);
      return false;
    }
    response.on('finish', this.count);
    return true;
  }
}
