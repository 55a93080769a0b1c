/**
 * The schema, as the list of steps that lead to it. Step n takes a database from version n to n + 1
 * (`PRAGMA user_version`). Append only: a step that has been released is never changed.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- One value each: the epoch of this history, the key that signs cookies.
  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- The counter that gives each entry its seq: it never goes back, even when entries are removed.
  CREATE TABLE rooms (
    name TEXT PRIMARY KEY,
    head INTEGER NOT NULL,
    at INTEGER NOT NULL -- of the entry at the head
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE entries (
    room TEXT NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    visitor TEXT NOT NULL,
    username TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL, -- ms since 1970, UTC
    PRIMARY KEY (room, seq)
  ) STRICT, WITHOUT ROWID;

  -- The key of exactly-once.
  CREATE UNIQUE INDEX entries_by_id ON entries (room, id);

  CREATE TABLE visitors (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE contacts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
