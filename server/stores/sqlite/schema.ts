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
  `
  -- What a name looks like, so that no two people can be taken for each other; none for Anonymous.
  ALTER TABLE visitors ADD COLUMN skeleton TEXT;
  ALTER TABLE visitors ADD COLUMN role TEXT NOT NULL DEFAULT 'guest';
  -- Of a password, as its hash with the parameters that it was made with.
  ALTER TABLE visitors ADD COLUMN password TEXT;
  -- ms since 1970, UTC; 0 for never.
  ALTER TABLE visitors ADD COLUMN muted_until INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE visitors ADD COLUMN banned_until INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE visitors ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
  CREATE UNIQUE INDEX visitors_by_skeleton ON visitors (skeleton) WHERE skeleton IS NOT NULL;
  UPDATE visitors SET seen = unixepoch() * 1000;
  -- Of those who have shared a name until now, one keeps it.
  UPDATE OR IGNORE visitors SET skeleton = skeleton(username) WHERE username <> 'Anonymous';
  UPDATE visitors SET username = 'Anonymous' WHERE skeleton IS NULL;

  CREATE TABLE passkeys (
    id TEXT PRIMARY KEY, -- WebAuthn's, base64url
    visitor TEXT NOT NULL,
    public_key TEXT NOT NULL, -- COSE, base64url
    counter INTEGER NOT NULL,
    transports TEXT NOT NULL, -- JSON
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX passkeys_by_visitor ON passkeys (visitor);

  -- Credentials of accounts: sessions of signed-in browsers, and tokens of scripts.
  CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL, -- session, token
    hash TEXT NOT NULL UNIQUE, -- of the secret that its bearer has
    visitor TEXT NOT NULL,
    label TEXT NOT NULL,
    at INTEGER NOT NULL,
    used INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX grants_by_visitor ON grants (visitor);

  -- Invitation links.
  CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE, -- of the secret in the link
    role TEXT NOT NULL, -- that it gives
    uses INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    until INTEGER NOT NULL,
    visitor TEXT NOT NULL, -- its creator
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE banned_addresses (
    address TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    visitor TEXT NOT NULL -- the visitor that was banned with it
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE room_rules (
    room TEXT PRIMARY KEY,
    locked INTEGER NOT NULL,
    slow INTEGER NOT NULL -- s
  ) STRICT, WITHOUT ROWID;

  -- The audit log, append-only.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    visitor TEXT NOT NULL, -- the actor
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Rows are only ever added at the end, and only ever shrink. So SQLite never moves one to another page, which would
  -- leave a copy of its text in the space between cells, where secure_delete does not reach.
  CREATE TABLE appended (
    position INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL, -- new_message, delete_message, deleted: no longer than the first, so that no row grows
    id TEXT NOT NULL,
    visitor TEXT NOT NULL,
    username TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL -- ms since 1970, UTC
  ) STRICT;
  INSERT INTO appended (room, seq, type, id, visitor, username, body, at)
    SELECT room, seq, iif(type = 'deleted_message', 'deleted', type), id, visitor, username, body, at
    FROM entries ORDER BY room, seq;
  DROP TABLE entries;
  ALTER TABLE appended RENAME TO entries;
  CREATE UNIQUE INDEX entries_by_seq ON entries (room, seq);
  -- The key of exactly-once.
  CREATE UNIQUE INDEX entries_by_id ON entries (room, id);

  -- One row: how many transactions have changed this database. Compared with the file beside it; see progress.ts.
  CREATE TABLE commits (count INTEGER NOT NULL) STRICT;
  INSERT INTO commits VALUES (0);
  `,
  `
  -- Challenges that a passkey has answered, so that none is answered twice.
  CREATE TABLE spent_challenges (
    challenge TEXT PRIMARY KEY, -- base64url
    until INTEGER NOT NULL -- it expires by itself, ms since 1970
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The messages that still exist, without the entries that are something else: how history is read back.
  CREATE INDEX messages ON entries (room, seq) WHERE type = 'new_message';
  `,
  `
  -- Each entry's body is a JSON object, whatever its kind. The table is written anew: rows that grow in place would be
  -- moved, and leave copies of their texts behind.
  CREATE TABLE rewritten (
    position INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL, -- the name of its kind; see entry-kinds.ts
    in_history INTEGER NOT NULL, -- 1 where reading back gives it
    id TEXT NOT NULL,
    visitor TEXT NOT NULL,
    username TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON; an entry that is erased shrinks, and no other ever changes
    at INTEGER NOT NULL -- ms since 1970, UTC
  ) STRICT;
  INSERT INTO rewritten (position, room, seq, type, in_history, id, visitor, username, body, at)
    SELECT position, room, seq, iif(type = 'deleted', 'deleted_message', type), type = 'new_message', id, visitor,
      username, CASE type
        WHEN 'new_message' THEN json_object('message', body)
        WHEN 'delete_message' THEN json_object('target', body)
        ELSE '{}' END, at
    FROM entries ORDER BY position;
  DROP TABLE entries;
  ALTER TABLE rewritten RENAME TO entries;
  CREATE UNIQUE INDEX entries_by_seq ON entries (room, seq);
  -- The idempotency key.
  CREATE UNIQUE INDEX entries_by_id ON entries (room, id);
  -- How history is read back.
  CREATE INDEX history ON entries (room, seq) WHERE in_history = 1;

  ALTER TABLE grants RENAME TO credentials;
  DROP INDEX grants_by_visitor;
  CREATE INDEX credentials_by_visitor ON credentials (visitor);
  `,
  `
  -- Details of the audit log are JSON objects; see AuditDetails in wire.ts. They were texts such as '10 min, 192.0.2.1'.
  ALTER TABLE audit RENAME COLUMN detail TO details;
  UPDATE audit SET details = CASE action
    WHEN 'delete_message' THEN json_object(
      'room', substr(details, 2, instr(details, ', ') - 2),
      'username', substr(details, instr(details, ', ') + 2))
    WHEN 'mute' THEN iif(details = 'for good', '{}', json_object('minutes', CAST(details AS INTEGER)))
    WHEN 'ban' THEN json_patch(
      iif(details LIKE 'for good%', '{}', json_object('minutes', CAST(details AS INTEGER))),
      json_object('addresses', json(iif(instr(details, ', ') = 0, '[]',
        '["' || replace(substr(details, instr(details, ', ') + 2), ', ', '","') || '"]'))))
    WHEN 'set_role' THEN json_object('role', details)
    WHEN 'redeem_invitation' THEN json_object('role', details)
    WHEN 'set_room' THEN json_object(
      'locked', json(iif(details LIKE 'locked, %', 'true', 'false')),
      'slow', CAST(substr(details, instr(details, ', ') + 2) AS INTEGER))
    WHEN 'invite' THEN json_object(
      'role', substr(details, 1, instr(details, ', ') - 1),
      'uses', CAST(substr(details, instr(details, ', ') + 2) AS INTEGER))
    ELSE '{}' END;
  `,
  `
  -- The hash chain of each room; see log/chain.ts. Written anew, since rows that grow in place would be moved.
  CREATE TABLE chained (
    position INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL, -- the name of its kind; see entry-kinds.ts
    in_history INTEGER NOT NULL, -- 1 where reading back gives it
    id TEXT NOT NULL,
    visitor TEXT NOT NULL,
    username TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON; an entry that is erased shrinks, and no other ever changes
    at INTEGER NOT NULL, -- ms since 1970, UTC
    seal BLOB NOT NULL, -- a random salt; of an erased entry, the commitment to what was erased
    hash BLOB NOT NULL
  ) STRICT;
  -- The hashes follow the seqs, and the rows must be inserted by position.
  CREATE TEMP TABLE links (position INTEGER PRIMARY KEY, link TEXT);
  INSERT INTO links SELECT position, link(room, seq, id, visitor, username, at, type, body)
    FROM entries INDEXED BY entries_by_seq ORDER BY room, seq;
  INSERT INTO chained SELECT position, room, seq, type, in_history, id, visitor, username, body, at,
      unhex(substr(link, 1, 64)), unhex(substr(link, 65))
    FROM entries CROSS JOIN links USING (position) ORDER BY position;
  DROP TABLE links;
  DROP TABLE entries;
  ALTER TABLE chained RENAME TO entries;
  CREATE UNIQUE INDEX entries_by_seq ON entries (room, seq);
  -- The idempotency key.
  CREATE UNIQUE INDEX entries_by_id ON entries (room, id);
  -- How history is read back.
  CREATE INDEX history ON entries (room, seq) WHERE in_history = 1;

  CREATE TABLE heads (
    name TEXT PRIMARY KEY,
    head INTEGER NOT NULL,
    at INTEGER NOT NULL, -- of the entry at the head, as its hash
    hash BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO heads SELECT name, head, rooms.at, hash
    FROM rooms LEFT JOIN entries ON room = name AND seq = head;
  DROP TABLE rooms;
  ALTER TABLE heads RENAME TO rooms;
  `,
  `
  -- The last messages of writers in rooms with slow mode, for as long as they count.
  CREATE TABLE last_messages (
    room TEXT NOT NULL,
    writer TEXT NOT NULL, -- a visitor, or the address of visitors that are not persistent
    at INTEGER NOT NULL,
    PRIMARY KEY (room, writer)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX last_messages_by_time ON last_messages (at);

  -- The names of connected visitors that are not persistent.
  CREATE TABLE transient_names (
    skeleton TEXT PRIMARY KEY,
    visitor TEXT NOT NULL,
    node TEXT NOT NULL, -- the process that renews it
    until INTEGER NOT NULL -- it expires by itself
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX transient_names_by_visitor ON transient_names (visitor);
  `,
  `
  -- What is known of a room beside its log. A room without a row here is public.
  CREATE TABLE room_details (
    room TEXT PRIMARY KEY,
    kind TEXT NOT NULL, -- public, private, direct
    title TEXT NOT NULL,
    topic TEXT NOT NULL,
    folded TEXT NOT NULL, -- the name, the title and the topic, as they are searched
    archived INTEGER NOT NULL,
    creator TEXT NOT NULL, -- empty if nobody may change the room but moderators
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX public_rooms ON room_details (room) WHERE kind = 'public';

  -- Who may use a private room, and who has a public one in their list.
  CREATE TABLE members (
    room TEXT NOT NULL,
    visitor TEXT NOT NULL,
    inviter TEXT NOT NULL, -- the visitor itself, if it has joined or created the room
    at INTEGER NOT NULL,
    PRIMARY KEY (room, visitor)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX members_by_visitor ON members (visitor);
  `,
  `
  -- The seq of the last message that a member has read.
  ALTER TABLE members ADD COLUMN read_seq INTEGER NOT NULL DEFAULT 0;
  `,
];
