import { join } from 'node:path';
import { createTemporaryFolder } from '../../__tests__/support/app';
import { startProcess, type ServerProcess } from '../../__tests__/support/process';
import { startProxy, type Proxy } from '../../__tests__/support/proxy';
import { findFreePort } from '../ports';
import type { Build } from './build';
import type { Findings } from './findings';
import type { RandomSource } from './random-source';

/** How many proxies lead to the server; a fault in one of them does not affect the others. */
const PROXIES = 4;

/** A server that can be restarted on the same port and database, behind several proxies. */
export class Deployment {
  slowestStartMs = 0;
  private isStopping = false;

  private constructor(
    private readonly env: Record<string, string>,
    private readonly build: Build,
    private readonly findings: Findings,
    private readonly cleanUp: () => void,
    public server: ServerProcess,
    public proxies: Proxy[],
  ) {
    this.watchExit();
  }

  static async open(build: Build, random: RandomSource, findings: Findings): Promise<Deployment> {
    const { path: folder, remove } = createTemporaryFolder();
    const env = {
      DATABASE: join(folder, 'parley.db'),
      PORT: String(await findFreePort((bound) => random.below(bound))),
    };
    const server = await startProcess(env, build.main, build.errors);
    const proxies = await Promise.all(Array.from({ length: PROXIES }, () => startProxy(server.url)));
    return new Deployment(env, build, findings, remove, server, proxies);
  }

  /** Returns the URL of one of the proxies. */
  randomUrl(random: RandomSource): string {
    return random.pick(this.proxies).url;
  }

  /** Ends the server with a signal and starts it again. */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.isStopping = true;
    const { code } = await this.server.end(signal);
    if (signal === 'SIGTERM' && code !== 0) {
      this.findings.add('answer', `After SIGTERM the server exited with ${code}.`);
    }
    await this.start();
  }

  async close(): Promise<void> {
    this.isStopping = true;
    await this.server.end('SIGKILL');
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    this.cleanUp();
  }

  private async start(): Promise<void> {
    const startedAt = performance.now();
    const { env, build } = this;
    this.server = await startProcess(env, build.main, build.errors).catch((error: Error) => {
      // The server refuses a database in which commits are missing, unless it is started with --restored.
      this.findings.add('loss', `The server did not start again on its own database: ${error.message}`);
      return startProcess(env, build.main, build.errors, '--restored');
    });
    this.slowestStartMs = Math.max(this.slowestStartMs, performance.now() - startedAt);
    this.isStopping = false;
    this.watchExit();
  }

  /** Adds a finding if the server exits unexpectedly, and starts it again. */
  private watchExit(): void {
    this.server.child.once('exit', (code, signal) => {
      if (this.isStopping) return;
      this.findings.add('answer', `The server exited unexpectedly, with ${code ?? signal}.`);
      this.start().catch((error: Error) => this.findings.add('answer', error.message));
    });
  }
}
