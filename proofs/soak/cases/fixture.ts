import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTemporaryFolder } from '../../../__tests__/support/temporary-folder';
import { readAll } from '../../../__tests__/support/http';
import { startProcess, type ServerProcess } from '../../../__tests__/support/process';
import { startProxy, type Proxy } from '../../../__tests__/support/proxy';
import type { NewMessage } from '../../../server/wire';
import { findFreePort } from '../../ports';
import type { Build } from '../build';
import { seqOf } from '../observed-log';
import { RandomSource } from '../random-source';
import {
  READ_TRANSPORTS,
  WRITE_TRANSPORTS,
  type ReadTransport,
  type WriteTransport,
} from '../transports/all';
import type { CloseReason, ReadConnection, WriteConnection } from '../transports/transport';
import { check } from './case';

const ROOM = 'lobby';
/** How many messages {@link Fixture.fill} has in flight. */
const FILL_IN_FLIGHT = 32;

/** A reader that checks that messages arrive without gaps or repeats. */
export interface CheckedReader {
  connection: ReadConnection;
  /** Returns the last seq received. */
  seq: () => number;
  /** Returns the cursor to resume from. */
  cursor: () => string;
  /** Gaps, repeats and resets. */
  problems: string[];
  /** Returns why the connection was closed, or undefined while it is open. */
  closeReason: () => CloseReason | undefined;
}

/** @throws {Error} with the problems of these readers, if there are any. */
export function checkContinuous(readers: readonly CheckedReader[]): void {
  const problems = readers.flatMap((reader) => reader.problems);
  check(problems.length === 0, problems.join('; '));
}

/** Returns the environment that makes Node load a module of `preload/` before the server starts. */
export function preload(module: string): { NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import ${pathToFileURL(join(__dirname, '..', 'preload', module)).href}` };
}

/** The server of a case, with its readers, writers and proxies; {@link close} removes all of them. */
export class Fixture {
  readonly random = new RandomSource(randomInt(2 ** 31), 'case');
  private readonly scratch = createTemporaryFolder();
  private readonly cleanups: (() => unknown)[] = [];
  server!: ServerProcess;
  private env: Record<string, string> = {};

  private constructor(private readonly build: Build) {}

  /** Starts a server. @param env settings, or variables for Node. */
  static async open(build: Build, env: Record<string, string> = {}): Promise<Fixture> {
    const fixture = new Fixture(build);
    const port = String(await findFreePort());
    fixture.env = { DATABASE: join(fixture.scratch.path, 'parley.db'), PORT: port, ...env };
    await fixture.start();
    return fixture;
  }

  get folder(): string {
    return this.scratch.path;
  }

  get url(): string {
    return this.server.url;
  }

  get pid(): number {
    return this.server.child.pid!;
  }

  /** Starts the server again. @param more settings to add. @returns how long it took, in ms. */
  async start(more: Record<string, string> = {}): Promise<number> {
    const startedAt = performance.now();
    Object.assign(this.env, more);
    this.server = await startProcess(this.env, this.build.main, this.build.errors);
    return performance.now() - startedAt;
  }

  async startProxy(): Promise<Proxy> {
    const proxy = await startProxy(this.url);
    this.onClose(() => proxy.close());
    return proxy;
  }

  async openWriter(transport: WriteTransport = 'post', url = this.url): Promise<WriteConnection> {
    const writer = await WRITE_TRANSPORTS[transport](url);
    this.onClose(() => writer.close());
    return writer;
  }

  /** Writes a message. @throws {Error} if it is not acknowledged. */
  async write(writer: WriteConnection, message = 'hello', id = this.random.uuid()): Promise<NewMessage> {
    const answer = await writer.send({ room: ROOM, id, message });
    if ('error' in answer) throw new Error(`${answer.status} ${answer.error}`);
    return answer;
  }

  /** Writes `count` messages of `size` characters, many at once. */
  async fill(count: number, size = 20): Promise<void> {
    const writer = await this.openWriter('socketio');
    let left = count;
    const writeSerially = async (): Promise<void> => {
      for (; left > 0;) {
        left -= 1;
        await this.write(writer, 'm'.repeat(size));
      }
    };
    await Promise.all(Array.from({ length: FILL_IN_FLIGHT }, writeSerially));
    writer.close();
  }

  openReader(
    transport: ReadTransport,
    after = 'earliest',
    url = this.url,
    onMessage?: (entry: NewMessage) => void,
  ): CheckedReader {
    let cursor = after;
    let seq = seqOf(after);
    let closeReason: CloseReason | undefined;
    const problems: string[] = [];
    const connection = READ_TRANSPORTS[transport](url, ROOM, after, {
      onMessage: (entry) => {
        if (entry.seq !== seq + 1) problems.push(`${transport}: ${entry.seq} after ${seq}`);
        ({ seq, cursor } = entry);
        onMessage?.(entry);
      },
      onReset: (reset) => problems.push(`${transport}: ${JSON.stringify(reset)}`),
    });
    void connection.closed.then((reason) => (closeReason = reason));
    this.onClose(() => connection.close());
    return { connection, seq: () => seq, cursor: () => cursor, problems, closeReason: () => closeReason };
  }

  /** Reads the whole log. */
  readLog(): Promise<NewMessage[]> {
    return readAll(this.url, ROOM);
  }

  /** Registers a cleanup; the last one registered runs first. */
  onClose(cleanUp: () => unknown): void {
    this.cleanups.push(cleanUp);
  }

  async close(): Promise<void> {
    for (const cleanUp of this.cleanups.reverse()) await cleanUp();
    const { child } = this.server;
    if (child.exitCode === null && child.signalCode === null) await this.server.end('SIGKILL');
    this.scratch.remove();
  }
}

/** Runs a function with a new fixture, and closes the fixture afterwards. @param env settings, or variables for Node. */
export async function withFixture(
  build: Build,
  run: (fixture: Fixture) => Promise<string>,
  env: Record<string, string> = {},
): Promise<string> {
  const fixture = await Fixture.open(build, env);
  try {
    return await run(fixture);
  } finally {
    await fixture.close();
  }
}
