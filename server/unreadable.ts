import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorBody } from './wire';
import { turnAway } from './upgrade';

/** What Node's parser says of something that it can't read. */
interface Unreadable extends Error {
  code?: string;
  /** What was read last, and how much of it was understood. */
  rawPacket?: Buffer;
  bytesParsed?: number;
}

/** Answers what can't be read as a request like everything else that is refused, and closes its connection. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (error: Unreadable, socket: Socket) => {
    // Half an answer can't become another.
    const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse };
    if (error.code === 'ECONNRESET' || !socket.writable || answer?.headersSent) socket.destroy();
    else turnAway(socket, explain(error));
  });
}

function explain({ code, rawPacket, bytesParsed }: Unreadable): ErrorBody {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      // The parser counts the address with the headers, and does not say which of them was too long.
      return /^[A-Z]+ \S+$/.test(rawPacket?.toString('latin1', 0, bytesParsed) ?? '')
        ? { error: 'The address is over 16 KB.', status: 414 }
        : { error: 'The headers are over 16 KB.', status: 431 };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { error: 'The body is over 64 KB.', status: 413 };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { error: 'The request took too long to arrive.', status: 408 };
    default:
      return { error: 'That is no HTTP request.', status: 400 };
  }
}
