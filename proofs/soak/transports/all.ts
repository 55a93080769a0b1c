import { writeHttp } from './http';
import { poll, subscribe } from './poll';
import { socketIo, writeSocketIo } from './socketio';
import { sse } from './sse';
import type { Read, Write } from './transport';
import { webSocket, writeWebSocket } from './websocket';

/** Every way to read, by name. */
export const READS = {
  socketio: socketIo('websocket'),
  'socketio-polling': socketIo('polling'),
  'socketio-upgrade': socketIo('polling', 'websocket'),
  ws: webSocket,
  sse,
  subscribe,
  messages: poll,
} satisfies Record<string, Read>;

/** Every way to write, by name. */
export const WRITES = {
  socketio: writeSocketIo,
  ws: writeWebSocket,
  post: writeHttp,
} satisfies Record<string, Write>;

export type ReadName = keyof typeof READS;
export type WriteName = keyof typeof WRITES;
