import type Database from 'better-sqlite3';
import { kindOf } from '../../entry-kinds';
import { commitmentTo, createSalts, hashOf, shorten, startOfChain, type Link } from '../../log/chain';
import type { Conflict, Requirements } from '../../log/store';
import { inHistory, isRepeated, type Row } from '../stored-entry';
import { COLUMNS } from './columns';
import { COUNT } from './progress';

/** A draft on its way to the writer's thread; its body is JSON. */
export type NewRow = readonly [
  room: string,
  id: string,
  visitor: string,
  username: string,
  type: string,
  body: string,
  requires?: Requirements,
];

/** The outcome of a draft: the seq of its new entry, the row that already has its id, or a conflict. */
export type Outcome = number | Row | Conflict;

/** What became of a batch, in columns: an object for each new entry would take ten times as long from thread to thread. */
export interface Written {
  /** The outcome of each draft. */
  outcomes: Outcome[];
  /** The digits of each new entry's hash that a cursor carries, at the index of its draft; empty for other outcomes. */
  hashes: string[];
}

/** Selects the entry with an id. */
export const BY_ID = `SELECT ${COLUMNS} FROM entries WHERE room = ? AND id = ?`;

/** Prepares the transaction that writes entries. The function that it returns returns when they are durable. */
export function prepareAppend(db: Database.Database): (drafts: readonly NewRow[], at: number) => Written {
  const readById = db.prepare<[string, string], Row>(BY_ID);
  const readHead = db.prepare<[string], Link>(
    'SELECT head AS seq, lower(hex(hash)) AS hash FROM rooms WHERE name = ?',
  );
  const writeHead = db.prepare<[string, number, number, string]>(
    `INSERT INTO rooms (name, head, at, hash) VALUES (?, ?, ?, unhex(?))
     ON CONFLICT (name) DO UPDATE SET head = excluded.head, at = excluded.at, hash = excluded.hash`,
  );
  type Values = [string, number, string, number, string, string, string, string, number, string, string];
  const insert = db.prepare<Values>(
    `INSERT INTO entries (room, seq, type, in_history, id, visitor, username, body, at, seal, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, unhex(?), unhex(?)) ON CONFLICT (room, id) DO NOTHING`,
  );
  const readSealed = db.prepare<[string, string], Pick<Row, 'type' | 'body'> & { seal: string }>(
    'SELECT type, body, lower(hex(seal)) AS seal FROM entries WHERE room = ? AND id = ?',
  );
  const rewrite = db.prepare<[string, number, string, string, string]>(
    `UPDATE entries SET type = ?, in_history = ?, body = '{}', seal = unhex(?) WHERE room = ? AND id = ?`,
  );
  const audit = db.prepare<[number, string, string, string, string]>(
    'INSERT INTO audit (at, visitor, action, target, details) VALUES (?, ?, ?, ?, ?)',
  );
  const readRole = db.prepare<[string], string>('SELECT role FROM visitors WHERE id = ?').pluck();
  const count = db.prepare(COUNT);

  /** Erases the body and the salt of an entry. @returns whether it exists and is of a kind that can be erased. */
  const erase = (room: string, id: string): boolean => {
    const target = readSealed.get(room, id);
    const type = target && kindOf(target.type)?.erasedAs;
    if (!target || type === undefined) return false;
    // As long as the salt, so that the row does not grow.
    const commitment = commitmentTo(target.type, target.body, target.seal);
    rewrite.run(type, inHistory(type), commitment, room, id);
    return true;
  };

  /** Applies the effect of a draft on earlier entries, or returns why it can't be appended. */
  const prepare = ([room, , visitor, , type, body, requires]: NewRow, at: number): Conflict | undefined => {
    const { roles, audit: auditEntry } = requires ?? {};
    if (roles?.some(([id, role]) => (readRole.get(id) ?? 'guest') !== role)) return 'roles_changed';
    const erased = kindOf(type)?.erases?.(JSON.parse(body) as object);
    if (erased !== undefined && !erase(room, erased)) return 'target_missing';
    if (auditEntry) {
      const { action, target, details } = auditEntry;
      audit.run(at, visitor, action, target, JSON.stringify(details));
    }
    return undefined;
  };

  const write = db.transaction((drafts: readonly NewRow[], at: number): Written => {
    const heads = new Map<string, Link>();
    const salts = createSalts(drafts.length);
    const hashes = drafts.map(() => '');
    const outcomes = drafts.map((draft, i): Outcome => {
      const [room, id, visitor, username, type, body, requires] = draft;
      if (requires || kindOf(type)?.erases) {
        const known = readById.get(room, id);
        if (known) return isRepeated(known, type, body) ? known : 'id_taken';
        const conflict = prepare(draft, at);
        if (conflict) return conflict;
      }
      const head = heads.get(room) ?? readHead.get(room) ?? startOfChain(room);
      const seq = head.seq + 1;
      const salt = salts[i]!;
      const fields = { room, seq, id, visitor, username, at };
      const hash = hashOf(head.hash, commitmentTo(type, body, salt), fields);
      const values = [room, seq, type, inHistory(type), id, visitor, username, body, at, salt, hash] as const;
      if (insert.run(...values).changes > 0) {
        heads.set(room, { seq, hash });
        hashes[i] = shorten(hash);
        return seq;
      }
      const known = readById.get(room, id)!;
      return isRepeated(known, type, body) ? known : 'id_taken';
    });
    heads.forEach(({ seq, hash }, room) => writeHead.run(room, seq, at, hash));
    count.run();
    return { outcomes, hashes };
  });
  return (drafts, at) => write.immediate(drafts, at);
}
