import type { Readable } from 'node:stream';

/** The longest line, in UTF-16 code units: several times as long as any row. */
const LENGTH_MAX = 4 * 1024 * 1024;

/** Splits a text of UTF-8 into lines, without their line feeds. @throws {Error} if a line is too long. */
export async function* linesOf(input: Readable): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const chunk of input.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > LENGTH_MAX) throw new Error('This is not an export of Parley: a line is too long.');
  }
  if (rest) yield rest;
  return undefined;
}
