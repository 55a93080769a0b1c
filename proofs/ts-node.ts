/** Node's arguments for running TypeScript, without checking types, in a child process. */
export const TS_NODE = ['-r', 'ts-node/register/transpile-only'];
