import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { parseHeader, parseLine, type Header, type Row } from './format';
import { linesOf } from './lines';

const DAMAGED = 'This export is damaged: it is not as it was written.';
const INCOMPLETE = 'This export is incomplete: its end is missing. Export again.';

/** Reads an export once, and checks that it is complete. */
export class ExportReader {
  /** How many rows have been read. */
  rows = 0;
  private readonly hash = createHash('sha256');

  private constructor(
    readonly header: Header,
    firstLine: string,
    private readonly lines: AsyncIterator<string, undefined>,
  ) {
    this.hash.update(`${firstLine}\n`);
  }

  /** @throws {Error} a sentence, unless this begins as an export does. */
  static async open(input: Readable): Promise<ExportReader> {
    const lines = linesOf(input);
    const first = await lines.next();
    const line = first.done ? '' : first.value;
    return new ExportReader(parseHeader(line), line, lines);
  }

  /** How many rows there are. */
  get total(): number {
    return Object.values(this.header.tables).reduce((sum, count) => sum + count, 0);
  }

  /** Returns the SHA-256 of all lines that have been read, which tells one export from another. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  /** Reads the next row; nothing after the last. @throws {Error} a sentence, if the export is incomplete or damaged. */
  async next(): Promise<Row | undefined> {
    const { value: line, done } = await this.lines.next();
    if (done) throw new Error(INCOMPLETE);
    const parsed = parseLine(line);
    if ('table' in parsed) {
      this.hash.update(`${line}\n`);
      this.rows += 1;
      return parsed;
    }
    const isComplete = parsed.rows === this.rows && parsed.rows === this.total;
    if (!isComplete || parsed.sha256 !== this.digest() || !(await this.lines.next()).done)
      throw new Error(DAMAGED);
    return undefined;
  }
}
