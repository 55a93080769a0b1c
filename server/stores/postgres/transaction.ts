import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import { poolError, statementError } from './query';

/** What a transaction writes, given what it has read; nothing, and it is rolled back. */
export interface Plan<Result> {
  result: Result;
  writes: readonly QueryConfig[];
}

/** What the database says beside its answers. */
interface Notice {
  code: string | undefined;
  message: string | undefined;
}

/** The most attempts at a transaction. */
const ATTEMPTS = 3;
/** An attempt that took longer, in ms, is not repeated after its connection broke: its writers have waited enough. */
const REPEAT_WITHIN = 1_000;
/**
 * How long the database waits for the next statement of a transaction, in ms: a process that is stopped holds no locks for
 * longer.
 */
const IDLE_TIMEOUT = 3_000;
/** Deadlock and serialization failure: the database has rolled back, and asks for another attempt. */
const ROLLED_BACK = new Set(['40P01', '40001']);
/** The last message of a connection that the database ends: it shuts down, or has waited too long. */
const CONNECTION_ENDED = /^(08|57P0|25P03)/;
const NO_WARNING = '00000';

/** Runs transactions in two round trips each: one for what they lock and read, one for what they write and the commit. */
export class Transactions {
  private readonly begin: QueryConfig;

  /** @param statementTimeout how long a statement may take, waiting for locks included, in ms. */
  constructor(
    private readonly pool: Pool,
    statementTimeout: number,
  ) {
    // One message, and for this transaction only: a pooler may give the connection to others.
    this.begin = {
      text: `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = ${statementTimeout};
        SET LOCAL idle_in_transaction_session_timeout = ${IDLE_TIMEOUT}`,
    };
  }

  /**
   * Runs a transaction. It is attempted again only if nothing of it can have been committed.
   * @param reads the statements that lock and read; each sees what was committed when the one before it was done.
   * @param plan decides what is written.
   * @throws {Error} if it was not committed, or if that is unknown; `unavailable` if it may be later.
   */
  async run<Result>(
    reads: readonly QueryConfig[],
    plan: (results: readonly QueryResult[]) => Plan<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      const transaction = new Transaction(await this.connect());
      try {
        const { result, writes } = plan((await transaction.send([this.begin, ...reads])).slice(1));
        if (writes.length > 0) await transaction.commit(writes);
        else await transaction.send([{ text: 'ROLLBACK' }]);
        transaction.end();
        return result;
      } catch (error) {
        transaction.abandon();
        if (!(error instanceof StatementFailure)) throw error;
        if (attempt === ATTEMPTS || !transaction.canRepeat(error)) throw statementError(error.reason);
      }
    }
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw poolError(this.pool, error);
    }
  }
}

/** The failure of a statement or of the connection, as opposed to one of the plan. */
class StatementFailure extends Error {
  constructor(readonly reason: unknown) {
    super(String(reason));
  }
}

/** One attempt at a transaction. */
class Transaction {
  private readonly since = performance.now();
  private isCommitSent = false;
  private isBroken = false;
  private warning: string | undefined;

  constructor(private readonly client: PoolClient) {
    // Without a listener, a connection that breaks between two statements would end the process.
    client.on('error', this.onError).on('notice', this.onNotice);
  }

  /** Sends statements at once. @throws {StatementFailure} of the first that failed, once all are answered. */
  async send(queries: readonly QueryConfig[]): Promise<QueryResult[]> {
    const outcomes = await Promise.allSettled(queries.map((query) => this.client.query(query)));
    return outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw new StatementFailure(outcome.reason);
      return outcome.value;
    });
  }

  /** Writes and commits in one round trip: if a statement fails, the commit rolls back. */
  async commit(writes: readonly QueryConfig[]): Promise<void> {
    this.isCommitSent = true;
    const results = await this.send([...writes, { text: 'COMMIT' }]);
    if (results.at(-1)!.command !== 'COMMIT') throw new StatementFailure('The database rolled back.');
    // Such as that somebody has cancelled the wait for a synchronous standby.
    if (this.warning) throw new StatementFailure(`The commit may not last: ${this.warning}`);
  }

  /** Gives the connection back. */
  end(): void {
    this.release(false);
  }

  /** Closes the connection, which rolls back what is open. */
  abandon(): void {
    this.release(true);
  }

  /** Whether another attempt may succeed, and this one can't have been committed. */
  canRepeat({ reason }: StatementFailure): boolean {
    const { code = '' } = reason as NodeJS.ErrnoException;
    if (ROLLED_BACK.has(code)) return true;
    if (this.isCommitSent || performance.now() - this.since > REPEAT_WITHIN) return false;
    return this.isBroken || CONNECTION_ENDED.test(code);
  }

  private release(close: boolean): void {
    // Only now, when the pool listens again.
    this.client.release(close);
    this.client.off('error', this.onError).off('notice', this.onNotice);
  }

  private readonly onError = (): void => void (this.isBroken = true);

  private readonly onNotice = ({ code, message }: Notice): void => {
    if (this.isCommitSent && code !== NO_WARNING) this.warning = message ?? code;
  };
}
