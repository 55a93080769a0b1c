import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Guard, Statement } from '../sql/database';
import { unavailable } from '../unavailable';
import type { NewRow, Written } from './append';
import { statementError } from './unavailable';

/** A request to the thread. */
export type Task =
  | { type: 'append'; drafts: readonly NewRow[]; at: number }
  | { type: 'run'; statements: readonly Statement[]; guards: readonly Guard[] }
  | { type: 'ping' }
  | { type: 'close' };

/** The answer of the thread to a request: the result of the task, or the error with SQLite's code. */
export type Answer =
  { id: number; result: unknown } | { id: number; error: string; code: string | undefined };

interface Waiting {
  resolve: (result: never) => void;
  reject: (error: Error) => void;
}

/** The built file, also if the server runs from its source. */
const THREAD = join(__dirname, '../../../dist/stores/sqlite/thread.js');

/** Runs all writes, in the order in which they were requested, on a thread of its own. */
export class Writer {
  private readonly waiting = new Map<number, Waiting>();
  private thread: Worker | undefined;
  private lastId = 0;
  private closed = false;

  /** @param file a database that has its schema. */
  constructor(private readonly file: string) {
    this.thread = this.start();
  }

  /** Writes entries in one transaction. @returns the outcomes, once they are durable. */
  append(drafts: readonly NewRow[], at: number): Promise<Written> {
    return this.send({ type: 'append', drafts, at });
  }

  /** Runs statements in one transaction. Resolves once it is durable. */
  async run(...statements: readonly Statement[]): Promise<void> {
    await this.runGuarded([], ...statements);
  }

  /**
   * Checks the guards in order and, if all hold, runs statements: in one transaction.
   * @returns `done` once it is durable, or the conflict of the first guard that does not hold.
   */
  runGuarded<Conflict extends string>(
    guards: readonly Guard<Conflict>[],
    ...statements: readonly Statement[]
  ): Promise<'done' | Conflict> {
    return this.send({ type: 'run', statements, guards });
  }

  /** Waits until the thread has run the writes before this. @throws {Error} if it has ended. */
  ping(): Promise<void> {
    return this.send({ type: 'ping' });
  }

  /** Ends the thread once all writes are done. */
  async close(): Promise<void> {
    const { thread } = this;
    const gone = thread && new Promise((resolve) => thread.once('exit', resolve));
    const done = thread && this.send({ type: 'close' });
    this.closed = true;
    await done;
    await gone;
  }

  private send<T>(task: Task): Promise<T> {
    // Another process may own the file by now.
    if (this.closed) return Promise.reject(new Error('The database is closed.'));
    // A thread that ended unexpectedly is replaced.
    this.thread ??= this.start();
    const id = (this.lastId += 1);
    this.thread.postMessage({ id, task });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private start(): Worker {
    const thread = new Worker(THREAD, { workerData: this.file });
    thread.on('message', (answer: Answer) => {
      const { resolve, reject } = this.waiting.get(answer.id)!;
      this.waiting.delete(answer.id);
      if ('error' in answer) reject(statementError(answer.error, answer.code));
      else resolve(answer.result as never);
    });
    thread.on('error', (error) => console.error('The thread that writes failed:', error));
    thread.on('exit', () => {
      this.thread = undefined;
      this.waiting.forEach(({ reject }) => reject(unavailable('the thread that writes has ended.')));
      this.waiting.clear();
    });
    return thread;
  }
}
