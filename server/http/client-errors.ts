import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AddressLimits } from '../access/address-limits';
import { bodyTooLarge } from '../access/body-size';
import { errorBody, Refusal } from '../refusal';
import { intercept } from './intercept';
import { rejectRequest, rejectUpgrade } from './reject';
import { checkRequest } from './request';
import { DEFAULT_LANGUAGE, languageOf } from '../words/language';

/** The longest head of a request, in KB: Node's default for `maxHeaderSize`. */
const HEAD_KILOBYTES = 16;

/** An error of Node's HTTP parser. */
interface ParserError extends Error {
  code?: string;
  /** The bytes that were parsed last, and how many of them were valid. */
  rawPacket?: Buffer;
  bytesParsed?: number;
}

/**
 * Answers malformed requests and those that {@link checkRequest} refuses with the body that all errors have; Node would
 * use a format of its own, or give no reason. They count as refused requests. Call it after all listeners for requests
 * are registered, and before `limitPipelining`: it relies on one response at a time.
 */
export function handleClientErrors(server: Server, limits: AddressLimits): void {
  /** The last response on each connection. */
  const responses = new WeakMap<Socket, ServerResponse>();
  intercept(server, (request, response, proceed) => {
    responses.set(request.socket, response);
    try {
      checkRequest(request);
    } catch (error) {
      limits.countRefusal(request);
      return rejectRequest(response, errorBody(error, languageOf(request)));
    }
    proceed();
  });
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (request: IncomingMessage, socket) => {
    limits.countRefusal(request);
    const refusal = new Refusal('not_implemented', 'connectUnsupported');
    rejectUpgrade(socket, refusal.bodyIn(languageOf(request)));
  });
  server.on('clientError', (error: ParserError, socket: Socket) => {
    // An error can't be written into the middle of a response.
    const response = responses.get(socket);
    const isResponding = response?.headersSent && !response.writableFinished;
    const isGone = error.code === 'ECONNRESET' || !socket.writable;
    // Browsers open connections in advance, and may never use them.
    const isUnused = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
    // An address that has used up its rate limit for refused requests gets no more answers.
    if (isGone || isUnused || isResponding || !limits.countClientError(socket)) socket.destroy();
    else rejectUpgrade(socket, explain(error).bodyIn(DEFAULT_LANGUAGE));
  });
}

function explain({ code, rawPacket, bytesParsed }: ParserError): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      // The parser counts the request target together with the headers, and does not say which of them was too long.
      return /^[A-Z]+ \S+$/.test(rawPacket?.toString('latin1', 0, bytesParsed) ?? '')
        ? new Refusal('address_too_long', ['addressTooLong', HEAD_KILOBYTES])
        : new Refusal('headers_too_large', ['headersTooLarge', HEAD_KILOBYTES]);
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return bodyTooLarge();
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal('request_timeout', 'requestTimeout');
    default:
      return new Refusal('bad_request', 'notHttp');
  }
}
