import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  // A test that hangs must end, but none may fail because the machine is slow or busy.
  testTimeout: 180_000,
  testMatch: ['**/__tests__/**/*.test.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // Browser modules name each other as the browser fetches them: with `.js`.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

export default config;
