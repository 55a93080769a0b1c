import type { QueryConfig, QueryResult } from 'pg';
import { startOfChain, type ChainedEntry } from '../../log/chain';
import type { Draft } from '../../log/store';
import { inHistory } from '../stored-entry';
import { idsOf, type Batch, type Found } from './append';

/** The columns of a {@link ChainedEntry}. */
const CHAINED = `e.room, e.seq, e.type, e.id, e.visitor, e.username, e.body, e.at,
  encode(e.seal, 'hex') AS seal, encode(e.hash, 'hex') AS hash`;

/** Locks what makes all guarded writes serial. It comes before all other locks. */
export const LOCK_CHANGES: QueryConfig = {
  text: "SELECT value FROM counters WHERE name = 'changes' FOR UPDATE",
};

/**
 * Locks the rooms, in order, so that batches never wait for each other in a circle; those that are new get a row. The
 * condition is never true: the rows are only locked.
 */
const LOCK_ROOMS = `INSERT INTO rooms (name, head, at, hash)
  SELECT name, 0, 0, hash FROM unnest($1::text[], $2::bytea[]) AS room (name, hash) ORDER BY name COLLATE "C"
  ON CONFLICT (name) DO UPDATE SET head = rooms.head WHERE FALSE`;

const READ_HEADS = `SELECT name AS room, head AS seq, encode(hash, 'hex') AS hash FROM rooms WHERE name = ANY($1)`;

const READ_ENTRIES = `SELECT ${CHAINED} FROM unnest($1::text[], $2::text[]) AS wanted (room, id)
  JOIN entries AS e ON e.room = wanted.room AND e.id = wanted.id`;

const READ_ROLES = 'SELECT id, role FROM visitors WHERE id = ANY($1)';

const INSERT = `INSERT INTO entries (room, seq, type, in_history, id, visitor, username, body, at, seal, hash)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::bigint[], $10::bytea[], $11::bytea[])`;

const ERASE = `UPDATE entries SET type = erased.type, in_history = erased.in_history, body = '{}', seal = erased.seal
  FROM unnest($1::text[], $2::bigint[], $3::text[], $4::integer[], $5::bytea[])
    AS erased (room, seq, type, in_history, seal)
  WHERE entries.room = erased.room AND entries.seq = erased.seq`;

const WRITE_HEADS = `UPDATE rooms SET head = grown.head, at = $4, hash = grown.hash
  FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS grown (name, head, hash) WHERE rooms.name = grown.name`;

const INSERT_AUDIT = `INSERT INTO audit (at, visitor, action, target, details)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])`;

/** Returns the statements that lock the rooms of a batch and read what it is decided on: as many, whatever its size. */
export function readsOf(drafts: readonly Draft[]): QueryConfig[] {
  const rooms = [...new Set(drafts.map(({ room }) => room))];
  const ids = idsOf(drafts);
  const isPrivileged = drafts.some(({ requires }) => requires);
  const visitors = drafts.flatMap(({ requires }) => requires?.roles.map(([visitor]) => visitor) ?? []);
  return [
    // Before the rooms: roles must not change until the commit.
    ...(isPrivileged ? [LOCK_CHANGES] : []),
    { text: LOCK_ROOMS, values: [rooms, rooms.map((room) => bytes(startOfChain(room).hash))] },
    { text: READ_HEADS, values: [rooms] },
    { text: READ_ENTRIES, values: [ids.map(({ room }) => room), ids.map(({ id }) => id)] },
    { text: READ_ROLES, values: [visitors] },
  ];
}

/** Returns what the statements of {@link readsOf} have found. */
export function foundIn(results: readonly QueryResult[]): Found {
  const [heads, entries, roles] = results.slice(-3).map(({ rows }) => rows as unknown[]);
  return {
    heads: new Map(
      (heads as { room: string; seq: number; hash: string }[]).map(({ room, seq, hash }) => [
        room,
        { seq, hash },
      ]),
    ),
    entries: entries as ChainedEntry[],
    roles: new Map((roles as { id: string; role: string }[]).map(({ id, role }) => [id, role])),
  };
}

/** Returns the statements that write a batch. */
export function writesOf({ inserts, erasures, audits, heads }: Batch, at: number): QueryConfig[] {
  const writes: QueryConfig[] = [];
  if (erasures.length > 0) {
    const values = [
      rooms(erasures),
      seqs(erasures),
      typesOf(erasures),
      kindsInHistory(erasures),
      seals(erasures),
    ];
    writes.push({ text: ERASE, values });
  }
  if (inserts.length > 0) {
    writes.push({
      text: INSERT,
      values: [
        rooms(inserts),
        seqs(inserts),
        typesOf(inserts),
        kindsInHistory(inserts),
        inserts.map(({ id }) => id),
        inserts.map(({ visitor }) => visitor),
        inserts.map(({ username }) => username),
        inserts.map(({ body }) => body),
        inserts.map(({ at }) => at),
        seals(inserts),
        inserts.map(({ hash }) => bytes(hash)),
      ],
    });
    const hashes = heads.map(({ hash }) => bytes(hash));
    writes.push({ text: WRITE_HEADS, values: [rooms(heads), seqs(heads), hashes, at] });
  }
  if (audits.length > 0) {
    writes.push({
      text: INSERT_AUDIT,
      values: [
        audits.map(({ at }) => at),
        audits.map(({ visitor }) => visitor),
        audits.map(({ action }) => action),
        audits.map(({ target }) => target),
        audits.map(({ details }) => details),
      ],
    });
  }
  return writes;
}

const rooms = (rows: readonly { room: string }[]) => rows.map(({ room }) => room);
const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);
const typesOf = (rows: readonly { type: string }[]) => rows.map(({ type }) => type);
const seals = (rows: readonly { seal: string }[]) => rows.map(({ seal }) => bytes(seal));
const kindsInHistory = (rows: readonly { type: string }[]) => rows.map(({ type }) => inHistory(type));

function bytes(digest: string): Buffer {
  return Buffer.from(digest, 'hex');
}
