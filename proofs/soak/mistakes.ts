import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from './build';
import type { FindingKind } from './findings';
import type { Plan } from './random-run';
import { READ_TRANSPORTS, WRITE_TRANSPORTS, type ReadTransport, type WriteTransport } from './transports/all';

/** A way to build the server wrong. */
export interface Mistake {
  name: string;
  /** What a run must find. */
  finds: FindingKind[];
  /** In the built files, each text exactly once: what it is, and what it becomes. */
  patches: { file: string; from: string; to: string }[];
}

const STORE = 'dist/stores/sqlite/log.js';
const APPENDING = 'dist/stores/sqlite/append.js';

/** The mistakes that a chat server's tests most often let through. */
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
      {
        file: 'dist/log/append-queue.js',
        from: 'resolve(result);',
        to: '{ if (!result.repeated) this.broadcast(result.entry); resolve(result); }',
      },
      {
        file: 'dist/log/log.js',
        from: 'store.onCommit(',
        to: 'this.appends.broadcast = (entry) => this.rooms.get(entry.room)?.told(entry); store.onCommit(',
      },
      {
        file: 'dist/log/followers.js',
        from: 'add(follower) {',
        to: 'told(entry) { for (const follower of this.all) follower.told(entry); } add(follower) {',
      },
      {
        file: 'dist/log/follower.js',
        from: 'keepAlive() {',
        to: `told(entry) {
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
        file: STORE,
        from: 'WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?',
        to: 'WHERE room = ? AND seq > ? ORDER BY id LIMIT ?',
      },
    ],
  },
  {
    name: 'drops the dedupe',
    finds: ['duplicate'],
    patches: [
      { file: APPENDING, from: 'ON CONFLICT (room, id) DO NOTHING', to: '' },
      {
        file: 'dist/stores/sqlite/schema.js',
        // The last step's: the table is another one since then.
        from: 'CREATE UNIQUE INDEX entries_by_id ON entries (room, id);\n  -- How history',
        to: 'CREATE INDEX entries_by_id ON entries (room, id);\n  -- How history',
      },
    ],
  },
];

export const PLAN: Plan = {
  seed: 20_261_120,
  deliveries: 100_000,
  minutes: 1,
  readers: 12,
  writers: 4,
  reads: Object.keys(READ_TRANSPORTS) as ReadTransport[],
  writes: Object.keys(WRITE_TRANSPORTS) as WriteTransport[],
};

/** Makes the mistake in a copy. @throws {Error} if the text to change is not there, or more than once. */
export function make({ folder }: Build, { name, patches }: Mistake): void {
  for (const { file, from, to } of patches) {
    const text = readFileSync(join(folder, file), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`"${name}" does not find "${from}" once in ${file}.`);
    writeFileSync(
      join(folder, file),
      text.replace(from, () => to),
    );
  }
}
