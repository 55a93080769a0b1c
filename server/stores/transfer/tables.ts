/** How the values of a column are written in an export: as they are, or bytes in hexadecimal digits. */
export type ColumnType = 'text' | 'integer' | 'bytes';

/** A table, as it is exported. */
export interface Table {
  name: string;
  /** The columns of its primary key, or of another unique index: the order of its rows. */
  key: readonly string[];
  columns: Readonly<Record<string, ColumnType>>;
}

/** The log. */
export const ENTRIES: Table = {
  name: 'entries',
  key: ['room', 'seq'],
  columns: {
    room: 'text',
    seq: 'integer',
    type: 'text',
    in_history: 'integer',
    id: 'text',
    visitor: 'text',
    username: 'text',
    body: 'text',
    at: 'integer',
    seal: 'bytes',
    hash: 'bytes',
  },
};

/** All tables that belong to a chat. They are the same in every database. */
export const TABLES: readonly Table[] = [
  { name: 'settings', key: ['name'], columns: { name: 'text', value: 'text' } },
  ENTRIES,
  // After the entries: a room whose last entry is missing is damaged.
  {
    name: 'rooms',
    key: ['name'],
    columns: { name: 'text', head: 'integer', at: 'integer', hash: 'bytes' },
  },
  {
    name: 'visitors',
    key: ['id'],
    columns: {
      id: 'text',
      username: 'text',
      skeleton: 'text',
      role: 'text',
      password: 'text',
      muted_until: 'integer',
      banned_until: 'integer',
      seen: 'integer',
    },
  },
  { name: 'contacts', key: ['id'], columns: { id: 'text', name: 'text', phone: 'text' } },
  {
    name: 'passkeys',
    key: ['id'],
    columns: {
      id: 'text',
      visitor: 'text',
      public_key: 'text',
      counter: 'integer',
      transports: 'text',
      at: 'integer',
    },
  },
  { name: 'spent_challenges', key: ['challenge'], columns: { challenge: 'text', until: 'integer' } },
  {
    name: 'credentials',
    key: ['id'],
    columns: {
      id: 'text',
      kind: 'text',
      hash: 'text',
      visitor: 'text',
      label: 'text',
      at: 'integer',
      used: 'integer',
    },
  },
  {
    name: 'invitations',
    key: ['id'],
    columns: {
      id: 'text',
      hash: 'text',
      role: 'text',
      uses: 'integer',
      used: 'integer',
      until: 'integer',
      visitor: 'text',
      at: 'integer',
    },
  },
  {
    name: 'banned_addresses',
    key: ['address'],
    columns: { address: 'text', until: 'integer', visitor: 'text' },
  },
  { name: 'room_rules', key: ['room'], columns: { room: 'text', locked: 'integer', slow: 'integer' } },
  {
    name: 'room_details',
    key: ['room'],
    columns: {
      room: 'text',
      kind: 'text',
      title: 'text',
      topic: 'text',
      folded: 'text',
      archived: 'integer',
      creator: 'text',
      at: 'integer',
    },
  },
  {
    name: 'members',
    key: ['room', 'visitor'],
    columns: { room: 'text', visitor: 'text', inviter: 'text', at: 'integer', read_seq: 'integer' },
  },
  {
    name: 'last_messages',
    key: ['room', 'writer'],
    columns: { room: 'text', writer: 'text', at: 'integer' },
  },
  {
    name: 'audit',
    key: ['id'],
    columns: {
      id: 'integer',
      at: 'integer',
      visitor: 'text',
      action: 'text',
      target: 'text',
      details: 'text',
    },
  },
];

/**
 * Tables and columns of one database that stay there: the version of its schema, counters of its own commits and changes,
 * the order of the rows in its file, and what its processes hold while they run.
 */
export const LOCAL: readonly string[] = [
  'schema_version',
  'commits',
  'counters',
  'changes',
  'entries.position',
  'transient_names',
];
