import { hasPostgres } from './postgres-programs';

/** Describes what holds for PostgreSQL alone; skipped on a machine without it. */
export const describePostgres = hasPostgres ? describe : describe.skip;
