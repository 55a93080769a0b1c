#!/usr/bin/env node
import { runProgram } from './command-line/program';

const interrupt = new AbortController();
// SIGHUP is sent when the terminal is closed.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.once(signal, () => interrupt.abort(new Error('Interrupted.')));
// A reader such as `head` may have enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => interrupt.abort(error));

void runProgram(process.argv.slice(2), {
  environment: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted: interrupt.signal,
}).then((code) => (process.exitCode = code));
