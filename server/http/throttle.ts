import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressLimits } from '../access/address-limits';
import { errorBody } from '../refusal';
import { rejectRequest } from './reject';
import { languageOf } from '../words/language';

/** How long a refusal is delayed, in ms: a client gains nothing from repeating its request at once. */
const DELAY = 1_000;

/** The addresses that balancers and supervisors ask. */
const PROBES = new Set<string | undefined>(['/livez', '/readyz']);

/** Refuses the requests of addresses that have used up their rate limits, before any other work is done for them. */
export class Throttle {
  private readonly count: (this: ServerResponse) => void;

  constructor(private readonly limits: AddressLimits) {
    // Shared by all responses: streams would keep their own.
    this.count = function () {
      if (this.statusCode >= 400 && this.statusCode < 500) limits.countRefusal(this.req);
    };
  }

  /**
   * Wraps a listener for requests. The page's assets are only counted where they are refused: they take turns instead.
   * Probes are counted by themselves.
   */
  wrap(handle: RequestListener): RequestListener {
    return (request, response) => {
      if (request.url?.startsWith('/static/')) response.on('finish', this.count);
      else if (!this.allows(request, response)) return;
      handle(request, response);
    };
  }

  /** Counts a request, or answers it with 429. @returns whether it may proceed. */
  allows(request: IncomingMessage, response: ServerResponse): boolean {
    try {
      if (PROBES.has(request.url)) this.limits.countProbe(request);
      else this.limits.countRequest(request);
    } catch (error) {
      setTimeout(() => rejectRequest(response, errorBody(error, languageOf(request))), DELAY);
      return false;
    }
    response.on('finish', this.count);
    return true;
  }
}
