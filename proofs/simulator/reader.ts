import { kindOf } from '../../server/entry-kinds';
import { formatCursor, type Position } from '../../server/log/cursor';
import type { Subscription, LogReader } from '../../server/log/follower';
import type { Page } from '../../server/log/page';
import type { Cursor, Reset } from '../../server/wire';
import type { Observer, Question } from './observer';
import type { Scheduler } from './scheduler';

/** What a reader does when it is handed something. */
export type Manner = 'takes' | 'stalls' | 'leaves' | 'throws';

/** How long it takes to write a page to a slow connection, in ms: enough that a round of the log counts as long. */
const SLOW = 5;

/** A follower's reader: takes what it is handed, or does not, and has every step checked. */
export class SimulatedReader implements LogReader {
  /** What it does with the next step that brings news, once. */
  manner: Manner = 'takes';
  position: Position | undefined;
  isLive = true;
  private following: Subscription | undefined;
  private question: Question | undefined;
  private isTaking = false;

  constructor(
    readonly name: string,
    readonly room: string,
    /** Whether it is slow to take a step, without having to wait. */
    private readonly isSlow: boolean,
    /** Whether it leaves with the first news, as a long poll does. */
    private readonly isLongPoll: boolean,
    private readonly scheduler: Scheduler,
    private readonly observer: Observer,
  ) {}

  /** Whether the log has it among its followers. */
  get isFollowing(): boolean {
    return this.isLive && this.following !== undefined;
  }

  get cursor(): Cursor | undefined {
    return this.position && formatCursor(this.position.epoch, this.position.seq);
  }

  /** Begins to follow. */
  enter(position: Position, follow: (cursor: Cursor, reader: LogReader) => Subscription): void {
    // It has left while it was told where to begin.
    if (!this.isLive) return;
    this.position = position;
    this.question = this.observer.ask(this.room, position);
    this.following = follow(this.cursor!, this);
  }

  leave(): void {
    this.isLive = false;
    this.following?.stop();
  }

  write(step: Page | Reset): Promise<boolean> | void {
    if (!this.isLive) return this.observer.find('reader', `${this.name} was handed a step after it had left`);
    if (this.isTaking)
      this.observer.find('reader', `${this.name} was handed a step while it took the last one`);
    this.scheduler.trace?.push(`  ${this.name} gets ${brief(step)}`);
    this.position = this.observer.checkAfter(this.name, this.question!, step);
    if (this.isSlow) this.scheduler.now += SLOW;
    const hasNews = step.type === 'reset' || step.entries.length > 0;
    const manner = this.manner;
    if (hasNews) this.manner = 'takes';
    if (manner === 'leaves' || (this.isLongPoll && hasNews)) {
      this.leave();
      // What it is handed while it begins, it can't stop otherwise.
      return this.following ? undefined : Promise.resolve(false);
    }
    if (manner === 'throws') {
      this.isLive = false;
      throw new Error('This reader fails.');
    }
    this.ask();
    if (manner === 'stalls') return this.stall();
  }

  end(error?: unknown): void {
    this.scheduler.trace?.push(`  ${this.name} ends: ${String(error)}`);
    this.isLive = false;
  }

  /** It is ready for the next step: what was acknowledged before is asked for after it. */
  private ask(): void {
    this.question = this.observer.ask(this.room, this.position!);
  }

  private stall(): Promise<boolean> {
    this.isTaking = true;
    return new Promise((resolve) => {
      this.scheduler.add(`${this.name} has taken it`, (how) => {
        this.isTaking = false;
        // It was cut off, and has not taken it.
        if (how % 8 === 7) this.isLive = false;
        if (this.isLive) this.ask();
        resolve(this.isLive);
      });
    });
  }
}

/** A step in a few words. */
export function brief(step: Page | Reset): string {
  if (step.type === 'reset') return `a reset to ${step.cursor}`;
  const { entries } = step;
  const deletions = entries
    .filter(({ type }) => !kindOf(type)?.isInHistory)
    .map(({ seq, type }) => ` ${seq} ${type}`);
  const range = entries.length > 0 ? `${entries[0]!.seq} to ${entries.at(-1)!.seq}` : 'nothing';
  return [range, ...deletions].join();
}
