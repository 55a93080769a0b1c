import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  // A test that hangs must end, but none may fail because the machine is slow or busy.
  testTimeout: 180_000,
  // Most tests wait for sockets, disks and browsers more than they compute.
  maxWorkers: '100%',
  testMatch: ['**/__tests__/**/*.test.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // Browser modules name each other as the browser fetches them: with `.js`.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

export default config;
