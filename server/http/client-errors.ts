import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AccessControl } from '../access/access-control';
import { bodyTooLarge } from '../access/body-size';
import { errorBody, Refusal } from '../refusal';
import { intercept } from './intercept';
import { rejectRequest, rejectUpgrade } from './reject';
import { checkRequest } from './request';

/** What Node's parser says of something that it can't read. */
interface ParserError extends Error {
  code?: string;
  /** What was read last, and how much of it was understood. */
  rawPacket?: Buffer;
  bytesParsed?: number;
}

/**
 * Answers in the one shape of errors what Node would answer by itself, or not at all: what can't be read as a request,
 * and requests that {@link checkRequest} refuses. They cost of the allowance for refused requests. Call it when all
 * listeners for requests are there.
 */
export function handleClientErrors(server: Server, access: AccessControl): void {
  intercept(server, (request, response, proceed) => {
    try {
      checkRequest(request);
    } catch (error) {
      access.countRefusal(request);
      return rejectRequest(response, errorBody(error));
    }
    proceed();
  });
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (request: IncomingMessage, socket) => {
    access.countRefusal(request);
    rejectUpgrade(
      socket,
      new Refusal('not_implemented', 'This server is no proxy: there is no CONNECT.').body,
    );
  });
  server.on('clientError', (error: ParserError, socket: Socket) => {
    // Half an answer can't become another.
    const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse };
    const isGone = error.code === 'ECONNRESET' || !socket.writable;
    // Browsers open connections ahead, and may never use them.
    const isUnused = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
    // An address that goes on after it has spent its allowance is not worth an answer.
    if (isGone || isUnused || answer?.headersSent || !access.countClientError(socket)) socket.destroy();
    else rejectUpgrade(socket, explain(error).body);
  });
}

function explain({ code, rawPacket, bytesParsed }: ParserError): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      // The parser counts the address with the headers, and does not say which of them was too long.
      return /^[A-Z]+ \S+$/.test(rawPacket?.toString('latin1', 0, bytesParsed) ?? '')
        ? new Refusal('address_too_long', 'The address is over 16 KB.')
        : new Refusal('headers_too_large', 'The headers are over 16 KB.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return bodyTooLarge();
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal('request_timeout', 'The request took too long to arrive.');
    default:
      return new Refusal('bad_request', 'That is no HTTP request.');
  }
}
