import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { scratch } from '../../../__tests__/support/app';
import { readAll } from '../../../__tests__/support/http';
import { startProcess, type ServerProcess } from '../../../__tests__/support/process';
import { startProxy, type Proxy } from '../../../__tests__/support/proxy';
import type { NewMessage } from '../../../server/wire';
import type { Build } from '../build';
import { freePort } from '../free-port';
import { Dice } from '../random-source';
import { READS, WRITES, type ReadName } from '../transports/all';
import type { Ending, Line, Stream } from '../transports/transport';

const ROOM = 'lobby';

/** A reader of a case: what it was shown, checked to go on without a gap or a repeat. */
export interface Watch {
  stream: Stream;
  /** The last seq it was shown. */
  seq: () => number;
  /** Where it goes on from. */
  cursor: () => string;
  /** What was not as it must be. */
  wrong: string[];
  ending: () => Ending | undefined;
}

/** A server of a case, with what is needed around it; all of it is gone after {@link close}. */
export class Ground {
  readonly dice = new Dice(randomInt(2 ** 31), 'case');
  private readonly place = scratch();
  private readonly closers: (() => unknown)[] = [];
  server!: ServerProcess;
  private env: Record<string, string> = {};

  private constructor(private readonly build: Build) {}

  /** Starts a server; `env` as an operator, or Node, takes it. */
  static async open(build: Build, env: Record<string, string> = {}): Promise<Ground> {
    const ground = new Ground(build);
    const port = String(await freePort(ground.dice));
    ground.env = { DATABASE: join(ground.place.folder, 'parley.db'), PORT: port, ...env };
    await ground.start();
    return ground;
  }

  get folder(): string {
    return this.place.folder;
  }

  get url(): string {
    return this.server.url;
  }

  get pid(): number {
    return this.server.child.pid!;
  }

  /** Starts the server, again, with more settings if there are any. @returns how long that took, in ms. */
  async start(more: Record<string, string> = {}): Promise<number> {
    const begun = performance.now();
    Object.assign(this.env, more);
    this.server = await startProcess(this.env, this.build.main, this.build.errors);
    return performance.now() - begun;
  }

  async proxy(): Promise<Proxy> {
    const proxy = await startProxy(this.url);
    this.closers.push(() => proxy.close());
    return proxy;
  }

  async line(way: keyof typeof WRITES = 'post', url = this.url): Promise<Line> {
    const line = await WRITES[way](url);
    this.closers.push(() => line.close());
    return line;
  }

  /** Says something under a fresh id. @throws {Error} if it is not acknowledged. */
  async say(line: Line, message = 'hello', id = this.dice.uuid()): Promise<NewMessage> {
    const answer = await line.send({ room: ROOM, id, message });
    if ('error' in answer) throw new Error(`${answer.status} ${answer.error}`);
    return answer;
  }

  /** Says `count` things of `size` characters, many at once. */
  async fill(count: number, size = 20): Promise<void> {
    const line = await this.line('socketio');
    let left = count;
    const lane = async (): Promise<void> => {
      for (; left > 0;) {
        left -= 1;
        await this.say(line, 'm'.repeat(size));
      }
    };
    await Promise.all(Array.from({ length: 32 }, lane));
    line.close();
  }

  watch(way: ReadName, after = 'earliest', url = this.url, seen?: (entry: NewMessage) => void): Watch {
    let cursor = after;
    let seq = after === 'earliest' ? 0 : Number(/\d+$/.exec(after)![0]);
    let ending: Ending | undefined;
    const wrong: string[] = [];
    const stream = READS[way](url, ROOM, after, {
      message: (entry) => {
        if (entry.seq !== seq + 1) wrong.push(`${way}: ${entry.seq} after ${seq}`);
        ({ seq, cursor } = entry);
        seen?.(entry);
      },
      reset: (reset) => wrong.push(`${way}: ${JSON.stringify(reset)}`),
    });
    void stream.ended.then((how) => (ending = how));
    this.closers.push(() => stream.close());
    return { stream, seq: () => seq, cursor: () => cursor, wrong, ending: () => ending };
  }

  /** The whole log. */
  log(): Promise<NewMessage[]> {
    return readAll(this.url, ROOM);
  }

  onClose(close: () => unknown): void {
    this.closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
    const { child } = this.server;
    if (child.exitCode === null && child.signalCode === null) await this.server.end('SIGKILL');
    this.place.remove();
  }
}

/** Does something with a ground, and leaves nothing of it. */
export async function onGround(
  build: Build,
  act: (ground: Ground) => Promise<string>,
  env: Record<string, string> = {},
): Promise<string> {
  const ground = await Ground.open(build, env);
  try {
    return await act(ground);
  } finally {
    await ground.close();
  }
}
