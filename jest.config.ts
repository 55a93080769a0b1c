/**
 * Checking the types of this file alone takes seconds; the linter and `npm run typecheck` do it.
 *
 * @jest-config-loader-options {"transpileOnly": true}
 */
import type { Config } from 'jest';
import { availableParallelism } from 'node:os';

const config: Config = {
  testEnvironment: 'node',
  // Long enough that no test fails because the machine is slow or busy; short enough to end one that hangs.
  testTimeout: 180_000,
  // Tests mostly wait for sockets, disks, browsers and timers, so more of them run than there are cores. Jest takes
  // 150% for 150.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  globalSetup: '<rootDir>/__tests__/support/postgres-programs.ts',
  testMatch: ['**/__tests__/**/*.test.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // Browser modules import each other with `.js`, as the browser fetches them, and `shared/` by an import map.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^shared/appearance$': '<rootDir>/server/identity/appearance',
    '^shared/words$': '<rootDir>/server/words/en/page',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

export default config;
