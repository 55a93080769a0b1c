import { f21 } from './cases/restored-backup';
import { BROADCASTING, PLAN, type Mistake } from './mistakes';
import type { Plan } from './random-run';
import { ANY_NODE_READS } from './transports/all';

const LOG = 'dist/stores/postgres/log.js';
const APPENDING = 'dist/stores/postgres/append-queries.js';
const SCHEMA = 'dist/stores/postgres/schema.js';

/** Mistakes that show only where several nodes share a database. */
export const CLUSTER_MISTAKES: readonly Mistake[] = [
  {
    // With one node, nothing lies between the entry that a waiting follower has and the next one of its node.
    name: "broadcasts its own node's writes to readers that have caught up",
    finds: ['loss', 'duplicate'],
    patches: [
      ...BROADCASTING,
      {
        file: 'dist/log/followers.js',
        from: 'add(follower) {',
        to: `broadcast(entry) {
          const { cursor, at } = entry;
          const page = { type: 'page', entries: [entry], cursor, earliest: cursor, more: false, at: Date.parse(at) };
          const position = (0, follower_1.advance)(page);
          for (const follower of this.waiting) {
            if (entry.seq > follower.position.seq && !follower.deliver(page, position)) this.release(follower);
          }
        }
        add(follower) {`,
      },
    ],
  },
  {
    // Each transaction takes its number before it waits for the room, as one does that gets ids in advance.
    name: 'pages by a global bigserial',
    finds: ['loss', 'duplicate'],
    patches: [
      {
        file: SCHEMA,
        from: 'CREATE TABLE entries (',
        to: `CREATE SEQUENCE serials;
          CREATE TABLE entries (
            serial bigint NOT NULL DEFAULT current_setting('parley.serial')::bigint,`,
      },
      {
        file: APPENDING,
        from: '{ text: LOCK_ROOMS,',
        to: `{ text: "SELECT set_config('parley.serial', nextval('serials')::text, true)" }, { text: LOCK_ROOMS,`,
      },
      {
        file: LOG,
        from: 'WHERE room = $1 AND seq > $2 ORDER BY seq LIMIT $3',
        to: `WHERE room = $1 AND (serial, seq) >
          (coalesce((SELECT serial FROM entries WHERE room = $1 AND seq = $2), 0), $2)
          ORDER BY serial, seq LIMIT $3`,
      },
      // The check for holes would refuse to read on.
      {
        file: LOG,
        from: '(0, stored_entry_1.withoutGaps)(slice.entries, from, Math.min(from + limit - 1, slice.head));',
        to: '',
      },
    ],
  },
  {
    // Shows when an older backup was restored, and the new history is longer than the lost one.
    name: 'ignores the hash in the cursors of readers',
    finds: ['loss'],
    patches: [
      {
        file: 'dist/log/slice.js',
        from: 'return hash !== undefined && hash !== hashAt(room, slice, seq);',
        to: 'return false;',
      },
    ],
  },
];

/** The run that must detect each of them. */
export const CLUSTER_PLAN: Plan = {
  ...PLAN,
  minutes: 5,
  database: 'postgres',
  nodes: 3,
  reads: ANY_NODE_READS,
};

/** Mistakes that show only when an older backup is restored. */
export const RESTORING_MISTAKES: readonly Mistake[] = [
  {
    name: 'has no hash in its cursors',
    finds: ['failure'],
    patches: [
      {
        file: 'dist/log/cursor.js',
        from: 'return hash === undefined ? `${epoch}:${seq}` : `${epoch}:${seq}:${hash}`;',
        to: 'return `${epoch}:${seq}`;',
      },
    ],
  },
];

/** The case that must detect each of them. */
export const RESTORING_CASE = f21;
