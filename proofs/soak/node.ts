import { rmSync } from 'node:fs';
import { startProcess, type ServerProcess } from '../../__tests__/support/process';
import type { Build } from './build';
import type { Findings } from './findings';

/** A server that can be restarted on the same port and database. */
export class ServerNode {
  slowestStartMs = 0;
  private isStopping = false;

  private constructor(
    private readonly env: Record<string, string>,
    private readonly build: Build,
    private readonly findings: Findings,
    public server: ServerProcess,
  ) {
    this.watchExit();
  }

  static async open(env: Record<string, string>, build: Build, findings: Findings): Promise<ServerNode> {
    return new ServerNode(env, build, findings, await startProcess(env, build.main, build.errors));
  }

  /** Ends the server with a signal and starts it again. */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  /** Ends the server with a signal. */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.isStopping = true;
    const { child } = this.server;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const { code } = await this.server.end(signal);
    if (signal === 'SIGTERM' && code !== 0) {
      this.findings.add('answer', `After SIGTERM the server exited with ${code}.`);
    }
  }

  /** Starts the server again. */
  async start(): Promise<void> {
    const startedAt = performance.now();
    const { env, build } = this;
    this.server = await startProcess(env, build.main, build.errors).catch((error: Error) => {
      // The server refuses a file in which commits are missing, unless their counter is missing as well.
      this.findings.add('loss', `The server did not start again on its own database: ${error.message}`);
      if (env.DATABASE) rmSync(`${env.DATABASE}-state`, { force: true });
      return startProcess(env, build.main, build.errors);
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
