/**
 * The schema, as the list of steps that lead to it. Tables and columns are named as in SQLite, and mean the same; times are
 * in ms since 1970, UTC. Texts are compared by their bytes, whatever the locale. Append only: a step that has been released
 * is never changed.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- One value each: the epoch of this history, the key that signs cookies.
  CREATE TABLE settings (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
  );

  -- Numbers that only grow. A transaction that takes the next one holds the row until it is committed, so that their order
  -- is the order of the commits.
  CREATE TABLE counters (
    name text COLLATE "C" PRIMARY KEY,
    value bigint NOT NULL
  );
  INSERT INTO counters VALUES ('changes', 0);

  -- What other processes must apply to their connections: bans, roles, names, rules. Kept for an hour.
  CREATE TABLE changes (
    version bigint PRIMARY KEY, -- 1, 2, 3 … without holes, in the order of the commits
    change text NOT NULL, -- JSON
    at bigint NOT NULL
  );

  -- The counter that gives each entry its seq: it never goes back, even when entries are removed. It is updated with each
  -- batch, and no index has its columns, so there is room for the next version beside the last.
  CREATE TABLE rooms (
    name text COLLATE "C" PRIMARY KEY,
    head bigint NOT NULL, -- 0 if a first entry was refused
    at bigint NOT NULL, -- of the entry at the head, as its hash
    hash bytea NOT NULL
  ) WITH (fillfactor = 50);

  -- Each table of the log begins with the room, by which it can be distributed.
  CREATE TABLE entries (
    room text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    type text COLLATE "C" NOT NULL, -- the name of its kind; see entry-kinds.ts
    in_history integer NOT NULL, -- 1 where reading back gives it
    id text COLLATE "C" NOT NULL,
    visitor text COLLATE "C" NOT NULL,
    username text NOT NULL,
    body text NOT NULL, -- JSON
    at bigint NOT NULL,
    seal bytea NOT NULL, -- a random salt; of an erased entry, the commitment to what was erased
    hash bytea NOT NULL, -- see log/chain.ts
    PRIMARY KEY (room, seq)
  );
  -- The idempotency key.
  CREATE UNIQUE INDEX entries_by_id ON entries (room, id);
  -- How history is read back.
  CREATE INDEX history ON entries (room, seq) WHERE in_history = 1;

  CREATE TABLE visitors (
    id text COLLATE "C" PRIMARY KEY,
    username text COLLATE "C" NOT NULL,
    skeleton text COLLATE "C", -- what the name looks like; none for Anonymous
    role text COLLATE "C" NOT NULL DEFAULT 'guest',
    password text, -- its hash, with the parameters that it was made with
    muted_until bigint NOT NULL DEFAULT 0, -- 0 for never
    banned_until bigint NOT NULL DEFAULT 0,
    seen bigint NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX visitors_by_skeleton ON visitors (skeleton) WHERE skeleton IS NOT NULL;

  CREATE TABLE contacts (
    id text COLLATE "C" PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    phone text COLLATE "C" NOT NULL
  );

  CREATE TABLE passkeys (
    id text COLLATE "C" PRIMARY KEY, -- WebAuthn's, base64url
    visitor text COLLATE "C" NOT NULL,
    public_key text NOT NULL, -- COSE, base64url
    counter bigint NOT NULL,
    transports text NOT NULL, -- JSON
    at bigint NOT NULL
  );
  CREATE INDEX passkeys_by_visitor ON passkeys (visitor);

  -- Challenges that a passkey has answered, so that none is answered twice.
  CREATE TABLE spent_challenges (
    challenge text COLLATE "C" PRIMARY KEY, -- base64url
    until bigint NOT NULL -- it expires by itself
  );

  -- Sessions of signed-in browsers, and tokens of scripts.
  CREATE TABLE credentials (
    id text COLLATE "C" PRIMARY KEY,
    kind text COLLATE "C" NOT NULL, -- session, token
    hash text COLLATE "C" NOT NULL UNIQUE, -- of the secret that its bearer has
    visitor text COLLATE "C" NOT NULL,
    label text NOT NULL,
    at bigint NOT NULL,
    used bigint NOT NULL
  );
  CREATE INDEX credentials_by_visitor ON credentials (visitor);

  -- Invitation links.
  CREATE TABLE invitations (
    id text COLLATE "C" PRIMARY KEY,
    hash text COLLATE "C" NOT NULL UNIQUE, -- of the secret in the link
    role text COLLATE "C" NOT NULL, -- that it gives
    uses bigint NOT NULL,
    used bigint NOT NULL DEFAULT 0,
    until bigint NOT NULL,
    visitor text COLLATE "C" NOT NULL, -- its creator
    at bigint NOT NULL
  );

  CREATE TABLE banned_addresses (
    address text COLLATE "C" PRIMARY KEY,
    until bigint NOT NULL,
    visitor text COLLATE "C" NOT NULL -- the visitor that was banned with it
  );

  CREATE TABLE room_rules (
    room text COLLATE "C" PRIMARY KEY,
    locked integer NOT NULL,
    slow bigint NOT NULL -- s
  );

  -- The last messages of writers in rooms with slow mode, for as long as they count.
  CREATE TABLE last_messages (
    room text COLLATE "C" NOT NULL,
    writer text COLLATE "C" NOT NULL, -- a visitor, or the address of visitors that are not persistent
    at bigint NOT NULL,
    PRIMARY KEY (room, writer)
  );
  CREATE INDEX last_messages_by_time ON last_messages (at);

  -- The names of connected visitors that are not persistent.
  CREATE TABLE transient_names (
    skeleton text COLLATE "C" PRIMARY KEY,
    visitor text COLLATE "C" NOT NULL,
    node text COLLATE "C" NOT NULL, -- the process that renews it
    until bigint NOT NULL -- it expires by itself
  );
  CREATE INDEX transient_names_by_visitor ON transient_names (visitor);

  -- The audit log, append-only. Every writer holds the row of changes in counters, so ids are in the order of commits.
  CREATE TABLE audit (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at bigint NOT NULL,
    visitor text COLLATE "C" NOT NULL, -- the actor
    action text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    details text NOT NULL -- JSON
  );
  `,
  `
  -- What is known of a room beside its log. A room without a row here is public.
  CREATE TABLE room_details (
    room text COLLATE "C" PRIMARY KEY,
    kind text COLLATE "C" NOT NULL, -- public, private, direct
    title text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    folded text COLLATE "C" NOT NULL, -- the name, the title and the topic, as they are searched
    archived integer NOT NULL,
    creator text COLLATE "C" NOT NULL, -- empty if nobody may change the room but moderators
    at bigint NOT NULL
  );
  CREATE INDEX public_rooms ON room_details (room) WHERE kind = 'public';

  -- Who may use a private room, and who has a public one in their list.
  CREATE TABLE members (
    room text COLLATE "C" NOT NULL,
    visitor text COLLATE "C" NOT NULL,
    inviter text COLLATE "C" NOT NULL, -- the visitor itself, if it has joined or created the room
    at bigint NOT NULL,
    PRIMARY KEY (room, visitor)
  );
  CREATE INDEX members_by_visitor ON members (visitor);
  `,
  `
  -- The seq of the last message that a member has read.
  ALTER TABLE members ADD COLUMN read_seq bigint NOT NULL DEFAULT 0;
  `,
];
