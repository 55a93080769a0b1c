import { setTimeout as pause } from 'node:timers/promises';
import type { Tally } from './counters';
import type { World } from './deployment';
import { badDraft, newDraft } from './drafts';
import type { Findings } from './findings';
import type { Dice } from './random-source';
import { WRITES, type WriteName } from './transports/all';
import type { Line } from './transports/transport';
import type { Draft, Ledger } from './write-outcomes';

/** How many drafts one writer has under way at once. */
const DEPTH = 16;

/** What the writers of a run share. */
export interface Desk {
  rooms: readonly string[];
  ledger: Ledger;
  /** Drafts that went unanswered, to be sent again under their ids by whoever comes next. */
  again: Draft[];
  /** Drafts that were acknowledged lately, to be sent again though nobody needs to. */
  lately: Draft[];
  /** Whether there is more to say now; while there is not, writers wait. */
  more: () => boolean;
}

/** Somebody who writes, over one connection after the other. */
export class Writer {
  private stopped = false;

  constructor(
    private readonly desk: Desk,
    private readonly ways: readonly WriteName[],
    private readonly dice: Dice,
    private readonly world: World,
    private readonly tally: Tally,
    private readonly findings: Findings,
  ) {}

  /** Writes until {@link stop}. */
  async run(): Promise<void> {
    while (!this.stopped) {
      const way = this.dice.pick(this.ways);
      let line: Line;
      try {
        line = await WRITES[way](this.world.door(this.dice));
      } catch {
        await pause(this.dice.between(20, 300));
        continue;
      }
      let left = 20 + this.dice.below(2_000);
      const lane = async (): Promise<void> => {
        while (!this.stopped && left > 0) {
          if (!this.desk.more()) await pause(20);
          else if (await this.next(line, way)) left -= 1;
          else left = 0;
        }
      };
      await Promise.all(Array.from({ length: DEPTH }, lane));
      line.close();
    }
  }

  stop(): void {
    this.stopped = true;
  }

  /** @returns whether the connection is good for more. */
  private next(line: Line, way: WriteName): Promise<boolean> {
    const { rooms, ledger, again, lately } = this.desk;
    const retry = this.dice.chance(0.3) ? again.pop() : undefined;
    if (retry) {
      this.tally.retried += 1;
      return this.send(line, way, retry);
    }
    const old = this.dice.chance(0.01) && this.dice.pick(lately);
    if (old) {
      this.tally.repeated += 1;
      return this.dice.chance(0.5) ? this.send(line, way, old) : this.forge(line, way, old);
    }
    const bad = this.dice.chance(0.005);
    const draft = bad ? badDraft(this.dice, rooms) : newDraft(this.dice, rooms);
    ledger.sending(draft);
    this.tally.sent += 1;
    return this.send(line, way, draft, bad);
  }

  private async send(line: Line, way: WriteName, draft: Draft, bad = false): Promise<boolean> {
    const { ledger, again, lately } = this.desk;
    try {
      const answer = await line.send(draft);
      if (!('error' in answer)) {
        if (bad) this.findings.add('answer', `${JSON.stringify(draft)} was taken over ${way}.`);
        ledger.ok(draft, answer, way);
        lately[this.dice.below(500)] = draft;
      } else if (answer.status === 503 || answer.status === 429) {
        // Nobody says that it is not stored: the outcome is as unknown as without an answer.
        if (!bad) again.push(draft);
        await pause(100);
      } else {
        ledger.refuse(draft, way);
        if (!bad) this.findings.add('answer', `${draft.id} over ${way}: ${answer.status} ${answer.error}`);
      }
      return true;
    } catch {
      if (this.dice.chance(0.7) && !bad) again.push(draft);
      return false;
    }
  }

  /** Sends another text under an id that is taken: it must be told, and nothing must change. */
  private async forge(line: Line, way: WriteName, draft: Draft): Promise<boolean> {
    try {
      const answer = await line.send({ ...draft, message: `${draft.message}!` });
      const status = 'error' in answer ? answer.status : 200;
      if (status === 409 || status === 503 || status === 429) return true;
      this.findings.add('answer', `Another text under ${draft.id} over ${way}: ${JSON.stringify(answer)}`);
      return true;
    } catch {
      return false;
    }
  }
}
