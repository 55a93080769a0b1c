import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  // Long enough that no test fails because the machine is slow or busy; short enough to end one that hangs.
  testTimeout: 180_000,
  // Tests mostly wait for sockets, disks and browsers, so use every core.
  maxWorkers: '100%',
  globalSetup: '<rootDir>/__tests__/support/postgres-programs.ts',
  testMatch: ['**/__tests__/**/*.test.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // Browser modules import each other with `.js`, as the browser fetches them, and `shared/` by an import map.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1', '^shared/(.*)$': '<rootDir>/server/identity/$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

export default config;
