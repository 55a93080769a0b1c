import { SHORT_HASH_DIGITS } from '../../log/chain';

/** Selects the digits of a hash that a cursor carries. */
export const SHORT_HASH = `lower(hex(substr(hash, 1, ${SHORT_HASH_DIGITS / 2})))`;
/** The columns of a row. */
export const COLUMNS = `room, seq, type, id, visitor, username, body, at, ${SHORT_HASH} AS hash`;
