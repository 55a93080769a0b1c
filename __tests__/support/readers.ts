import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Entry, MessagePage, Reset } from '../../server/wire';
import { sseEvents } from './events';
import { Queue } from './queue';
import { openClient } from './socket';
import { openPeer } from './ws';

/** The room and the position at which reading begins; without a position, only later entries are read. */
export interface StartPosition {
  room: string;
  after?: string;
  last?: number;
}

/** A reader of one room on one transport. */
export interface Reader {
  /** Returns the next entry, or a reset. */
  next: () => Promise<Entry | Reset>;
  close: () => void;
}

/** Opens a reader. Resolves once its position is fixed: it gets all later entries. */
export type OpenReader = (url: string, from: StartPosition) => Promise<Reader>;

const query = ({ room, after, last }: StartPosition): string =>
  new URLSearchParams({
    room,
    ...(after && { after }),
    ...(last !== undefined && { last: String(last) }),
  }).toString();

/** Returns whether an event is an entry of any kind or a reset, rather than ephemeral. */
const isLogged = (event: { type?: unknown }): boolean => 'seq' in event || event.type === 'reset';

const socketIo =
  (...transports: string[]): OpenReader =>
  async (url, from) => {
    const { socket } = openClient(url, { transports, auth: { ...from }, reconnection: false });
    const queue = new Queue<Entry | Reset>();
    socket.onAny((_event, payload: Entry | Reset) => isLogged(payload) && queue.push(payload));
    await new Promise<void>((resolve, reject) =>
      socket.once('connect', resolve).once('connect_error', reject),
    );
    return { next: () => queue.next(), close: () => socket.disconnect() };
  };

const webSocket: OpenReader = async (url, from) => {
  const queue = new Queue<Entry | Reset>();
  const { socket } = await openPeer(
    url,
    `/ws?${query(from)}`,
    'json',
    (frame) => isLogged(frame) && queue.push(frame as unknown as Entry),
  );
  return { next: () => queue.next(), close: () => socket.terminate() };
};

const eventSource: OpenReader = async (url, from) => {
  const controller = new AbortController();
  const events = sseEvents(`${url}/sse?${query(from)}`, { signal: controller.signal });
  const queue = new Queue<Entry | Reset>();
  await new Promise<void>((resolve, reject) => {
    void (async () => {
      for await (const { data } of events) {
        // The first presence event shows that the stream has begun.
        resolve();
        if (isLogged(data)) queue.push(data as unknown as Entry);
      }
    })().catch(reject);
  });
  return { next: () => queue.next(), close: () => controller.abort() };
};

/** Reads NDJSON, as `curl -N` does. */
const lines: OpenReader = async (url, from) => {
  const controller = new AbortController();
  const live = from.after === undefined && from.last === undefined ? '&last=0' : '';
  const response = await fetch(`${url}/r/${from.room}?follow&${query(from)}${live}`, {
    headers: { Accept: 'application/x-ndjson' },
    signal: controller.signal,
  });
  const queue = new Queue<Entry | Reset>();
  void (async () => {
    for await (const line of createInterface(Readable.fromWeb(response.body as never)))
      if (isLogged(JSON.parse(line) as Entry)) queue.push(JSON.parse(line) as Entry);
  })().catch(() => undefined);
  return { next: () => queue.next(), close: () => controller.abort() };
};

/** Polls sequentially, each time with the cursor of the previous response. @param pause between polls, in ms. */
const polling =
  (path: string, pause: number): OpenReader =>
  async (url, from) => {
    let request = new AbortController();
    let closed = false;
    const poll = async (route: string, search: string): Promise<MessagePage & Partial<Reset>> => {
      request = new AbortController();
      const response = await fetch(`${url}${route}?${search}`, { signal: request.signal });
      return (await response.json()) as MessagePage & Partial<Reset>;
    };
    // Polls are stateless, so the first one has to find the cursor of the head or of the newest entries.
    let cursor = from.after;
    const queue = new Queue<Entry | Reset>();
    if (cursor === undefined) {
      const first = await poll('/messages', query({ room: from.room, last: from.last ?? 0 }));
      queue.push(...first.messages);
      cursor = first.cursor;
    }
    void (async () => {
      while (!closed) {
        const page = await poll(path, query({ room: from.room, after: cursor }));
        queue.push(...(page.type === 'reset' ? [page as unknown as Reset] : page.messages));
        cursor = page.cursor;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    })().catch(() => undefined);
    return {
      next: () => queue.next(),
      close: () => {
        closed = true;
        request.abort();
      },
    };
  };

/** All transports with cursors, hence all but plain text on `/ws`. */
export const READERS: Record<string, OpenReader> = {
  'Socket.IO over WebSocket': socketIo('websocket'),
  'Socket.IO over polling': socketIo('polling'),
  'WebSocket (json)': webSocket,
  SSE: eventSource,
  'long poll': polling('/subscribe', 0),
  poll: polling('/messages', 25),
  'curl (NDJSON)': lines,
};
