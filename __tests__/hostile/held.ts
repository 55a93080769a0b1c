import { closed, dial } from '../support/raw';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';

/** What is open must be closed in this time, in ms. */
const SOON = 5_000;

/** A stream as somebody holds it. */
export interface Held {
  /** Everything that was told so far. */
  text: () => string;
  closed: Promise<unknown>;
}

/** Who holds it, by their headers. */
export type Open = (url: string, headers: Record<string, string>) => Promise<Held>;

const socketIo =
  (transport: string): Open =>
  async (url, extraHeaders) => {
    const { socket, told } = await connect(url, {
      transports: [transport],
      upgrade: false,
      extraHeaders,
      reconnection: false,
    });
    return {
      text: () => JSON.stringify(told),
      closed: new Promise((resolve) => socket.once('disconnect', resolve)),
    };
  };

/** HTTP as it is, so that nothing is read ahead or kept back. */
const http =
  (path: string, accept = '*/*'): Open =>
  async (url, headers) => {
    const lines = Object.entries({ Host: 'localhost', Accept: accept, Connection: 'close', ...headers });
    const socket = await dial(
      url,
      `GET ${path} HTTP/1.1`,
      ...lines.map(([name, value]) => `${name}: ${value}`),
    );
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    return { text: () => text, closed: closed(socket) };
  };

/** Every way to hold something open. */
export const WAYS: Record<string, Open> = {
  'Socket.IO over WebSocket': socketIo('websocket'),
  'Socket.IO over polling': socketIo('polling'),
  '/ws (json)': async (url, headers) => {
    const peer = await openPeer(url, '/ws', 'json', undefined, headers);
    return { text: () => JSON.stringify(peer.frames), closed: peer.closed };
  },
  '/ws (text)': async (url, headers) => {
    const peer = await openPeer(url, '/ws', 'text', undefined, headers);
    return { text: () => peer.lines.join('\n'), closed: peer.closed };
  },
  '/ws/echo': async (url, headers) => {
    const peer = await openPeer(url, '/ws/echo', undefined, undefined, headers);
    return { text: () => '', closed: peer.closed };
  },
  SSE: http('/sse'),
  NDJSON: http('/r/lobby?follow&last=0', 'application/x-ndjson'),
  'lines for people': http('/r/lobby?follow&last=0', 'text/plain'),
  'long poll': http('/subscribe'),
};

/** Waits for the end of what is held; fails if it does not come in time. */
export async function endsSoon({ closed }: Held): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It is open after ${SOON} ms.`)), SOON);
  });
  await Promise.race([closed, late]).finally(() => clearTimeout(timer));
}
