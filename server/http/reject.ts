import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorBody } from '../wire';

const CONTENT_TYPE = 'application/json; charset=utf-8';

/** Refuses a handshake (RFC 6455, section 4.2.2) or a malformed request, and closes its connection. */
export function rejectUpgrade(socket: Duplex, body: ErrorBody): void {
  const json = JSON.stringify(body);
  // Nothing else listens to this socket. Without these, a reset would end the process, and an idle peer would stay.
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status]}\r\nConnection: close\r\n` +
      retryAfterLine(body) +
      `Content-Type: ${CONTENT_TYPE}\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
  );
}

/** Refuses a request before Express sees it. */
export function rejectRequest(response: ServerResponse, body: ErrorBody): void {
  const json = JSON.stringify(body);
  if (body.retryAfter !== undefined) response.setHeader('Retry-After', body.retryAfter);
  response.writeHead(body.status, {
    'Content-Type': CONTENT_TYPE,
    'Content-Length': Buffer.byteLength(json),
  });
  response.end(json);
}

function retryAfterLine({ retryAfter }: ErrorBody): string {
  return retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`;
}
