import { join } from 'node:path';
import type { Dialect } from './dialects';

/** A server to measure, and how it is spoken to. */
export interface Peer {
  name: string;
  /** Its script, compiled by `ts-node` where it is ours to write. */
  script: string;
  /** How the readers speak to it. */
  reads: Dialect;
  /** How the writers do. */
  writes: Dialect;
}

const parley = join(__dirname, '..', 'dist', 'main.js');

/** Parley's ways, and what they are held against. */
export const PEERS: readonly Peer[] = [
  { name: 'ws, a loop', script: join(__dirname, 'peers', 'ws.ts'), reads: 'ws', writes: 'ws' },
  {
    name: 'Socket.IO, io.emit',
    script: join(__dirname, 'peers', 'socketio.ts'),
    reads: 'socketio',
    writes: 'socketio',
  },
  { name: 'Parley /ws', script: parley, reads: 'ws', writes: 'ws' },
  { name: 'Parley Socket.IO', script: parley, reads: 'socketio', writes: 'socketio' },
  { name: 'Parley SSE', script: parley, reads: 'sse', writes: 'ws' },
];
