import { join } from 'node:path';
import { scratch } from '../../__tests__/support/app';
import { startProcess, type ServerProcess } from '../../__tests__/support/process';
import { startProxy, type Proxy } from '../../__tests__/support/proxy';
import type { Build } from './build';
import type { Findings } from './findings';
import { freePort } from './free-port';
import type { Dice } from './random-source';

/** How many networks lead to the server; what befalls one of them leaves the others alone. */
const NETWORKS = 4;

/** A server, restarted on one port and one database, and the networks before it. */
export class World {
  /** The longest that a start took, in ms. */
  slowest = 0;
  private expected = false;

  private constructor(
    private readonly env: Record<string, string>,
    private readonly build: Build,
    private readonly findings: Findings,
    private readonly cleanUp: () => void,
    public server: ServerProcess,
    public proxies: Proxy[],
  ) {
    this.watch();
  }

  static async open(build: Build, dice: Dice, findings: Findings): Promise<World> {
    const { folder, remove } = scratch();
    const env = { DATABASE: join(folder, 'parley.db'), PORT: String(await freePort(dice)) };
    const server = await startProcess(env, build.main, build.errors);
    const proxies = await Promise.all(Array.from({ length: NETWORKS }, () => startProxy(server.url)));
    return new World(env, build, findings, remove, server, proxies);
  }

  /** A way to the server through one of its networks. */
  door(dice: Dice): string {
    return dice.pick(this.proxies).url;
  }

  /** Ends the server and starts it again. */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.expected = true;
    const { code } = await this.server.end(signal);
    if (signal === 'SIGTERM' && code !== 0)
      this.findings.add('answer', `SIGTERM ended the server with ${code}.`);
    await this.start();
  }

  async close(): Promise<void> {
    this.expected = true;
    await this.server.end('SIGKILL');
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    this.cleanUp();
  }

  private async start(): Promise<void> {
    const begun = performance.now();
    const { env, build } = this;
    this.server = await startProcess(env, build.main, build.errors).catch((error: Error) => {
      // It refuses a database that lacks what was stored, and takes it when it is told to.
      this.findings.add('loss', `The server did not start again on its own database: ${error.message}`);
      return startProcess(env, build.main, build.errors, '--restored');
    });
    this.slowest = Math.max(this.slowest, performance.now() - begun);
    this.expected = false;
    this.watch();
  }

  private watch(): void {
    this.server.child.once('exit', (code, signal) => {
      if (this.expected) return;
      this.findings.add('answer', `The server ended by itself, with ${code ?? signal}.`);
      this.start().catch((error: Error) => this.findings.add('answer', error.message));
    });
  }
}
