import { setTimeout as pause } from 'node:timers/promises';
import { createDraft, createInvalidDraft } from './drafts';
import type { RandomSource } from './random-source';
import type { RunContext } from './run-context';
import { WRITE_TRANSPORTS, type WriteTransport } from './transports/all';
import { isRetryable, type WriteConnection } from './transports/transport';
import type { Draft, WriteOutcomes } from './write-outcomes';

/** How many drafts one writer has in flight. */
const IN_FLIGHT = 16;
/** How many acknowledged drafts are stored to be sent again. */
const MAX_RECENT = 500;

/** The drafts of a run, which its writers share. */
export interface SharedDrafts {
  rooms: readonly string[];
  outcomes: WriteOutcomes;
  /** Drafts without an answer; any writer may send them again, with their ids. */
  unanswered: Draft[];
  /** Acknowledged drafts; sending them again must not change anything. */
  recent: Draft[];
  /** Whether readers are close enough to the head; otherwise writers wait. */
  canWrite: () => boolean;
}

/** A writer that uses one random connection after the other. */
export class Writer {
  private isStopped = false;

  constructor(
    private readonly name: string,
    private readonly context: RunContext,
    private readonly random: RandomSource,
    private readonly transports: readonly WriteTransport[],
    private readonly shared: SharedDrafts,
  ) {}

  /** Writes until {@link stop}. */
  async run(): Promise<void> {
    const { deployment } = this.context;
    while (!this.isStopped) {
      const transport = this.random.pick(this.transports);
      let connection: WriteConnection;
      try {
        connection = await WRITE_TRANSPORTS[transport](deployment.randomUrl(this.random, this.name));
      } catch {
        await pause(this.random.between(20, 300));
        continue;
      }
      let left = 20 + this.random.below(2_000);
      const writeSerially = async (): Promise<void> => {
        while (!this.isStopped && left > 0) {
          if (!this.shared.canWrite()) await pause(20);
          else if (await this.writeNext(connection, transport)) left -= 1;
          else left = 0;
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, writeSerially));
      connection.close();
    }
  }

  stop(): void {
    this.isStopped = true;
  }

  /** @returns whether the connection is still usable. */
  private writeNext(connection: WriteConnection, transport: WriteTransport): Promise<boolean> {
    const { rooms, outcomes, unanswered, recent } = this.shared;
    const retry = this.random.chance(0.3) ? unanswered.pop() : undefined;
    if (retry) {
      this.context.counters.retried += 1;
      return this.send(connection, transport, retry);
    }
    const repeat = this.random.chance(0.01) && this.random.pick(recent);
    if (repeat) {
      this.context.counters.repeated += 1;
      return this.random.chance(0.5) || !outcomes.isAcknowledged(repeat)
        ? this.send(connection, transport, repeat)
        : this.sendConflicting(connection, transport, repeat);
    }
    const isInvalid = this.random.chance(0.005);
    const draft = isInvalid ? createInvalidDraft(this.random, rooms) : createDraft(this.random, rooms);
    outcomes.begin(draft);
    this.context.counters.sent += 1;
    return this.send(connection, transport, draft, isInvalid);
  }

  private async send(
    connection: WriteConnection,
    transport: WriteTransport,
    draft: Draft,
    isInvalid = false,
  ): Promise<boolean> {
    const { outcomes, unanswered, recent } = this.shared;
    const { restores } = outcomes;
    try {
      const answer = await connection.send(draft);
      if (!('error' in answer)) {
        if (isInvalid) {
          this.context.findings.add('answer', `${JSON.stringify(draft)} was accepted over ${transport}.`);
        }
        outcomes.acknowledge(draft, answer, transport, restores);
        recent[this.random.below(MAX_RECENT)] = draft;
      } else if (isRetryable(answer.status)) {
        // The server does not say whether the message is stored: the outcome is unknown, as without an answer.
        if (!isInvalid) unanswered.push(draft);
        await pause(100);
      } else if (!outcomes.isReplaceable(draft)) {
        outcomes.refuse(draft, transport);
        if (!isInvalid) {
          this.context.findings.add(
            'answer',
            `${draft.id} over ${transport}: ${answer.status} ${answer.error}`,
          );
        }
      }
      return true;
    } catch {
      if (this.random.chance(0.7) && !isInvalid) unanswered.push(draft);
      return false;
    }
  }

  /** Sends another text under an id that is in use; the server must refuse it and change nothing, unless it lost the draft. */
  private async sendConflicting(
    connection: WriteConnection,
    transport: WriteTransport,
    draft: Draft,
  ): Promise<boolean> {
    const { outcomes } = this.shared;
    outcomes.contest(draft);
    try {
      const answer = await connection.send({ ...draft, message: `${draft.message}!` });
      const status = 'error' in answer ? answer.status : 200;
      if (status === 409 || isRetryable(status) || outcomes.isReplaceable(draft)) return true;
      this.context.findings.add(
        'answer',
        `Another text under ${draft.id} over ${transport}: ${JSON.stringify(answer)}`,
      );
      return true;
    } catch {
      return false;
    }
  }
}
