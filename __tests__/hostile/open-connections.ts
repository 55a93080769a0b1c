import { setTimeout as pause } from 'node:timers/promises';
import { dial, waitForClose } from '../support/raw';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';

/** The longest time until the server closes a connection, in ms. */
const DEADLINE_MS = 5_000;
const TICK_MS = 50;

/** An open connection, as its client sees it. */
export interface OpenConnection {
  /** Returns all that was received so far. */
  text: () => string;
  closed: Promise<unknown>;
}

/** Opens a connection that reads a room. @param headers identify the visitor. */
export type Open = (url: string, headers: Record<string, string>, room: string) => Promise<OpenConnection>;

const socketIo =
  (transport: string): Open =>
  async (url, extraHeaders, room) => {
    const { socket, received } = await connect(url, {
      transports: [transport],
      upgrade: false,
      extraHeaders,
      auth: { room },
      reconnection: false,
    });
    return {
      text: () => JSON.stringify(received),
      closed: new Promise((resolve) => socket.once('disconnect', resolve)),
    };
  };

/** Sends a request without a client library, which might buffer the response. */
const http =
  (path: (room: string) => string, accept = '*/*'): Open =>
  async (url, headers, room) => {
    const lines = Object.entries({ Host: 'localhost', Accept: accept, Connection: 'close', ...headers });
    const socket = await dial(
      url,
      `GET ${path(room)} HTTP/1.1`,
      ...lines.map(([name, value]) => `${name}: ${value}`),
    );
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    return { text: () => text, closed: waitForClose(socket) };
  };

/** Every kind of connection that stays open. All but the echo read a room. */
export const CONNECTIONS: Record<string, Open> = {
  'Socket.IO over WebSocket': socketIo('websocket'),
  'Socket.IO over polling': socketIo('polling'),
  '/ws (json)': async (url, headers, room) => {
    const peer = await openPeer(url, `/ws?room=${room}`, 'json', undefined, headers);
    return { text: () => JSON.stringify(peer.frames), closed: peer.closed };
  },
  '/ws (text)': async (url, headers, room) => {
    const peer = await openPeer(url, `/ws?room=${room}`, 'text', undefined, headers);
    return { text: () => peer.lines.join('\n'), closed: peer.closed };
  },
  '/ws/echo': async (url, headers) => {
    const peer = await openPeer(url, '/ws/echo', undefined, undefined, headers);
    return { text: () => '', closed: peer.closed };
  },
  SSE: http((room) => `/sse?room=${room}`),
  'SSE of a room': http((room) => `/r/${room}`, 'text/event-stream'),
  NDJSON: http((room) => `/r/${room}?follow&last=0`, 'application/x-ndjson'),
  'plain text': http((room) => `/r/${room}?follow&last=0`, 'text/plain'),
  'long poll': http((room) => `/subscribe?room=${room}`),
};

/**
 * Waits until a connection is closed. @throws if that takes longer than 5 s, counted in short timers: on a busy machine,
 * these are as late as the server's, which runs in this process.
 */
export async function expectClosed({ closed }: OpenConnection): Promise<void> {
  let isClosed = false;
  const closing = closed.then(() => (isClosed = true));
  for (let waited = 0; !isClosed; waited += TICK_MS) {
    if (waited >= DEADLINE_MS) throw new Error(`It is still open after ${DEADLINE_MS} ms.`);
    await Promise.race([closing, pause(TICK_MS)]);
  }
}
