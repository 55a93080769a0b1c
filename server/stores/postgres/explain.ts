/** Returns where a database is, without the password. */
export function describeUrl(url: string): string {
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username ? `${username}@` : ''}${host}${pathname}`;
}

/** An error that already says what an operator can do. */
class OpeningError extends Error {}

/** Returns an error with a sentence that an operator can act on. It never has the password. */
export function explain(error: unknown, url: string): Error {
  if (error instanceof OpeningError) return error;
  return new OpeningError(`The database ${describeUrl(url)} can't be opened: ${reasonOf(error)}`, {
    cause: error,
  });
}

/** The reasons, by the code of the system or of PostgreSQL. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Start PostgreSQL, or correct the address.',
  ENOTFOUND: 'its host is unknown.',
  EAI_AGAIN: 'its host is unknown.',
  EHOSTUNREACH: 'its host is not reachable.',
  ENETUNREACH: 'its host is not reachable.',
  ETIMEDOUT: 'its host does not answer.',
  '28P01': 'the user or the password is wrong.',
  '28000': 'the server refuses this user. See its pg_hba.conf.',
  '3D000': 'there is no such database. Create it with ENCODING UTF8.',
  '42501': 'the user may not create tables in it. Make the user its owner.',
  '42P07': 'it already has tables, which are not those of Parley. Give Parley a database of its own.',
  '53300': 'it has no connection left. Lower DATABASE_POOL, or raise max_connections.',
  '57P03': 'it is starting up or shutting down.',
  '25006': 'it only reads.',
};

function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (/timeout/.test(message)) return REASONS.ETIMEDOUT!;
  return REASONS[code] ?? message;
}
