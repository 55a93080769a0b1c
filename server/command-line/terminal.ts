import type { Readable, Writable } from 'node:stream';

/** A stream to a terminal, a file or another program. */
export type Output = Writable & { readonly isTTY?: boolean };

/** What a command may use of its process. */
export interface Terminal {
  environment: Readonly<Record<string, string | undefined>>;
  stdin: Readable;
  /** For results only, so that they can be redirected to a file. */
  stdout: Output;
  /** For errors and progress. */
  stderr: Output;
  /** Aborted when the process is asked to end. */
  interrupted: AbortSignal;
}

/** Prints a line of the result. */
export function print({ stdout }: Terminal, line: string): void {
  stdout.write(`${line}\n`);
}

/** Prints a line for the person at the terminal, which is no part of the result. */
export function note({ stderr }: Terminal, line: string): void {
  stderr.write(`${line}\n`);
}
