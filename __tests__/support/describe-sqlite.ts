import { STORE } from './places';

/** Describes what does not concern PostgreSQL; skipped when the suites run on that. Say why beside it. */
export const describeSqlite = STORE === 'SQLite' ? describe : describe.skip;
