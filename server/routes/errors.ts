import type { ErrorRequestHandler, RequestHandler } from 'express';
import { bodyTooLarge } from '../access/body-size';
import { errorBody, Refusal } from '../refusal';
import { languageOf } from '../words/language';
import { renderPage } from './render';

/** Refuses requests that match no route. */
export const notFound: RequestHandler = (request) => {
  throw new Refusal('not_found', ['notFound', request.method, `${request.baseUrl}${request.path}`]);
};

/** Answers with an error: as JSON, or as a page to requests that prefer HTML. */
export const answerError: ErrorRequestHandler = (error: unknown, request, response, next) => {
  // The status is already sent: Express closes the connection.
  if (response.headersSent) return next(error);
  // These headers describe the response that failed.
  for (const name of ['Content-Encoding', 'Content-Type', 'ETag', 'Last-Modified', 'Cache-Control'])
    response.removeHeader(name);
  const body = errorBody(explain(error), languageOf(request));
  response.status(body.status).vary('Accept, Accept-Language, Cookie');
  if (body.retryAfter !== undefined) response.set('Retry-After', String(body.retryAfter));
  if (body.status === 401) response.set('WWW-Authenticate', 'Bearer realm="Parley"');
  // A browser that opens an address or submits a form shows a page with the error, and a way to sign in.
  if (request.accepts(['json', 'html']) !== 'html') response.json(body);
  else {
    response.set('Cache-Control', 'no-store');
    renderPage(request, response, 'no-access', {
      sentence: body.error,
      signIn: body.status === 401,
      banned: body.code === 'banned',
    });
  }
};

/** Turns errors of Express and its parsers into refusals. */
function explain(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  const { type, status } = error as { type?: string; status?: number };
  if (type === 'entity.parse.failed') return new Refusal('bad_request', 'bodyNotJson');
  if (type === 'entity.too.large') return bodyTooLarge();
  if (type === 'charset.unsupported' || type === 'encoding.unsupported')
    return new Refusal('unsupported_type', 'bodyEncoding');
  if (status === 403) return new Refusal('forbidden', 'unreadable');
  if (status === 404) return new Refusal('not_found', 'unreadable');
  if (status === 412) return new Refusal('precondition_failed', 'fileChanged');
  if (status === 416) return new Refusal('range_not_satisfiable', 'fileTooShort');
  if (status && status >= 400 && status < 500) return new Refusal('bad_request', 'unreadable');
  return error;
}
