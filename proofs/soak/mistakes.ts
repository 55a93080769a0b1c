import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPatch, type Patch } from '../patch';
import type { Build } from './build';
import type { FindingKind } from './findings';
import type { Plan } from './random-run';
import { READ_TRANSPORTS, WRITE_TRANSPORTS, type ReadTransport, type WriteTransport } from './transports/all';

/** What detects a mistake: a kind of findings of a random run, or that a case fails. */
export type Detection = FindingKind | 'failure';

/** A mistake in the server, which a run must detect. */
export interface Mistake {
  name: string;
  /** Of these, one must be detected. */
  finds: readonly Detection[];
  /** The names of their files are relative to the folder of the build. */
  patches: readonly Patch[];
}

const READING = 'dist/stores/sqlite/log.js';
const APPENDING = 'dist/stores/sqlite/append.js';
/** The index of ids and what follows it, which occurs once. */
const LAST_INDEX = `CREATE UNIQUE INDEX entries_by_id ON entries (room, id);
  -- How history is read back.
  CREATE INDEX history ON entries (room, seq) WHERE in_history = 1;

  CREATE TABLE heads`;

/** Hands each new entry to the followers of its room, by their `broadcast`. */
export const BROADCASTING: Mistake['patches'] = [
  {
    file: 'dist/log/append-queue.js',
    from: 'resolve(result);',
    to: '{ if (!result.repeated) this.broadcast(result.entry); resolve(result); }',
  },
  {
    file: 'dist/log/log.js',
    from: 'store.onCommit(',
    to: 'this.appends.broadcast = (entry) => this.rooms.get(entry.room)?.broadcast(entry); store.onCommit(',
  },
];

/** Mistakes that the tests of chat servers often miss. */
export const MISTAKES: readonly Mistake[] = [
  {
    name: 'acknowledges before the commit',
    finds: ['loss'],
    patches: [
      {
        file: APPENDING,
        from: 'write.immediate(drafts, at);',
        to: `{
          if (!db.inTransaction) {
            db.exec('BEGIN IMMEDIATE');
            setTimeout(() => db.exec('COMMIT'), 5_000);
          }
          return write(drafts, at);
        };`,
      },
    ],
  },
  {
    name: "broadcasts the node's own write",
    finds: ['loss', 'duplicate'],
    patches: [
      ...BROADCASTING,
      {
        file: 'dist/log/followers.js',
        from: 'add(follower) {',
        to: 'broadcast(entry) { for (const follower of this.all) follower.broadcast(entry); } add(follower) {',
      },
      {
        file: 'dist/log/follower.js',
        from: 'keepAlive() {',
        to: `broadcast(entry) {
          this.position = { epoch: this.position.epoch, seq: entry.seq };
          void this.reader.write({ type: 'page', entries: [entry], cursor: entry.cursor });
        }
        keepAlive() {`,
      },
    ],
  },
  {
    name: 'pages by an unordered id',
    finds: ['loss', 'duplicate'],
    patches: [
      {
        file: READING,
        from: 'WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?',
        to: 'WHERE room = ? AND seq > ? ORDER BY id LIMIT ?',
      },
    ],
  },
  {
    name: 'stores a repeated draft again',
    finds: ['duplicate'],
    patches: [
      { file: APPENDING, from: 'ON CONFLICT (room, id) DO NOTHING', to: '' },
      {
        file: 'dist/stores/sqlite/schema.js',
        // Only in the last migration, which creates the table and its index anew.
        from: LAST_INDEX,
        to: LAST_INDEX.replace('UNIQUE ', ''),
      },
    ],
  },
];

/** The run that must detect each mistake. It ends when it has, so its time matters to a correct build, and on a busy machine. */
export const PLAN: Plan = {
  seed: 20_261_120,
  deliveries: 100_000,
  minutes: 2,
  readers: 12,
  writers: 4,
  reads: Object.keys(READ_TRANSPORTS) as ReadTransport[],
  writes: Object.keys(WRITE_TRANSPORTS) as WriteTransport[],
  database: 'sqlite',
  nodes: 1,
};

/** Makes a mistake in a copy of the build. @throws {Error} if a text to patch is missing, or occurs more than once. */
export function makeMistake({ folder }: Build, { patches }: Mistake): void {
  for (const patch of patches) {
    const path = join(folder, patch.file);
    writeFileSync(path, applyPatch(readFileSync(path, 'utf8'), patch));
  }
}
