import type { Config } from 'jest';
import reportMissingPostgres, { hasPostgres } from './__tests__/support/postgres-programs';
import config from './jest.config';

// Without PostgreSQL no test is found, and there is nothing before which Jest would call it.
reportMissingPostgres();

/**
 * The suites of `npm test` that speak of no store: what they promise holds on PostgreSQL as well. Of `server/log`, not those
 * whose clock is faked, which no database follows, and those that use no store.
 */
const SUITES = [
  'hostile',
  'server/access',
  'server/accounts',
  'server/chat',
  'server/concurrent-requests.test.ts',
  'server/entry-kinds.test.ts',
  'server/identity',
  'server/log/{deleted,followers,history,log,tail}.test.ts',
  'server/routes',
  'server/transports',
];

const onPostgres: Config = {
  ...config,
  globals: { STORE: 'PostgreSQL' },
  testMatch: hasPostgres ? SUITES.map((path) => `<rootDir>/__tests__/${path}{,/**/*.test.ts}`) : [],
  passWithNoTests: !hasPostgres,
};

export default onPostgres;
