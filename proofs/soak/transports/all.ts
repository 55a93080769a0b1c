import { writeHttp } from './http';
import { readByLongPolling, readByPolling } from './poll';
import { readSocketIo, writeSocketIo } from './socketio';
import { readSse } from './sse';
import type { OpenReader, OpenWriter } from './transport';
import { readWebSocket, writeWebSocket } from './websocket';

/** Every transport for reading, by the name that options and reports use. */
export const READ_TRANSPORTS = {
  socketio: readSocketIo('websocket'),
  'socketio-polling': readSocketIo('polling'),
  'socketio-upgrade': readSocketIo('polling', 'websocket'),
  ws: readWebSocket,
  sse: readSse,
  subscribe: readByLongPolling,
  messages: readByPolling,
} satisfies Record<string, OpenReader>;

/** Every transport for writing, by the name that options and reports use. */
export const WRITE_TRANSPORTS = {
  socketio: writeSocketIo,
  ws: writeWebSocket,
  post: writeHttp,
} satisfies Record<string, OpenWriter>;

export type ReadTransport = keyof typeof READ_TRANSPORTS;
export type WriteTransport = keyof typeof WRITE_TRANSPORTS;

export const ALL_READS = Object.keys(READ_TRANSPORTS) as ReadTransport[];
export const ALL_WRITES = Object.keys(WRITE_TRANSPORTS) as WriteTransport[];

/** Transports whose connection stays open, one variant of each. */
export const PUSH_TRANSPORTS = ['socketio', 'ws', 'sse'] as const satisfies readonly ReadTransport[];
/** One variant of each transport. */
export const DISTINCT_READS = [
  ...PUSH_TRANSPORTS,
  'subscribe',
  'messages',
] as const satisfies readonly ReadTransport[];
/** Transports whose every request may reach another node: all but those with Socket.IO's long polling. */
export const ANY_NODE_READS: readonly ReadTransport[] = DISTINCT_READS;
