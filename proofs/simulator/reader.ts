import { kindOf } from '../../server/entry-kinds';
import { formatCursor, type Position } from '../../server/log/cursor';
import type { Subscription, LogReader } from '../../server/log/follower';
import type { Page } from '../../server/log/page';
import type { Cursor, Reset } from '../../server/wire';
import type { Checker, StartedRead } from './checker';
import type { Node } from './environment';
import type { Scheduler } from './scheduler';

/** A fault of a reader: instead of accepting a page, it waits, leaves or throws. */
export type ReaderFault = 'stall' | 'leave' | 'throw';

/** How long a slow connection takes for a page, in ms: long enough that the log counts a round as long. */
const SLOW_WRITE_MS = 5;
/** How long a reader that goes on reading may get a text after its deletion was acknowledged on another node, in ms. */
const DELETION_DELAY_MS = 500;

export interface ReaderOptions {
  name: string;
  room: string;
  /** The node whose log it follows. */
  node: Node;
  /** Whether each page takes time, without making the log wait. */
  isSlow: boolean;
  /** Whether it leaves after the first entries or reset, as a long poll does. */
  isLongPoll: boolean;
}

/** A reader that follows a room, and has the checker check every page. */
export class SimulatedReader implements LogReader {
  /** Injected into every page until one with entries, or a reset. */
  fault: ReaderFault | undefined;
  position: Position | undefined;
  /** Whether it has neither left nor been ended. */
  isLive = true;
  private subscription: Subscription | undefined;
  private read: StartedRead | undefined;
  private isStalled = false;

  constructor(
    private readonly options: ReaderOptions,
    private readonly scheduler: Scheduler,
    private readonly checker: Checker,
  ) {}

  get name(): string {
    return this.options.name;
  }

  get room(): string {
    return this.options.room;
  }

  get node(): Node {
    return this.options.node;
  }

  /** Whether it is one of the log's followers. */
  get isFollowing(): boolean {
    return this.isLive && this.subscription !== undefined;
  }

  get cursor(): Cursor | undefined {
    return this.position && formatCursor(this.position.epoch, this.position.seq, this.position.hash);
  }

  /** Starts to follow the room after a position, unless it has left while the position was looked up. */
  start(position: Position): void {
    if (!this.isLive) return;
    this.position = position;
    this.startRead();
    this.subscription = this.node.log.follow(this.room, this.cursor!, this);
  }

  leave(): void {
    this.isLive = false;
    this.subscription?.stop();
  }

  write(result: Page | Reset): Promise<boolean> | void {
    const { name, isSlow, isLongPoll } = this.options;
    if (!this.isLive) return this.checker.report('reader', `${name} was written to after it had left`);
    if (this.isStalled) this.checker.report('reader', `${name} was written to while it stalled`);
    this.scheduler.trace?.push(`  ${name} gets ${summarize(result)}`);
    this.position = this.checker.checkForward(name, this.read!, result);
    if (isSlow) this.scheduler.now += SLOW_WRITE_MS;
    const hasNews = result.type === 'reset' || result.entries.length > 0;
    const { fault } = this;
    if (hasNews) this.fault = undefined;
    if (fault === 'leave' || (isLongPoll && hasNews)) {
      this.leave();
      // `follow` may write before it returns the subscription; then false is the only way to stop it.
      return this.subscription ? undefined : Promise.resolve(false);
    }
    if (fault === 'throw') {
      this.isLive = false;
      throw new Error('This reader fails.');
    }
    this.readOn();
    if (fault === 'stall') return this.stall();
  }

  end(error?: unknown): void {
    this.scheduler.trace?.push(`  ${this.name} ends: ${String(error)}`);
    this.isLive = false;
  }

  /** Starts the read of the next page, which must reflect all deletions acknowledged before. */
  private startRead(): void {
    this.read = this.checker.startRead(this.room, this.position!);
  }

  /**
   * Starts the read of the page that follows the last one. On a shared store, the deletions of other nodes reach a reader
   * that takes each page at once within half a second.
   */
  private readOn(): void {
    const { step } = this.read!;
    this.startRead();
    if (!this.node.store.heads) return;
    this.read!.step = step;
    this.read!.deletedBefore = this.scheduler.now - DELETION_DELAY_MS;
  }

  private stall(): Promise<boolean> {
    this.isStalled = true;
    return new Promise((resolve) => {
      this.scheduler.add(`${this.name} no longer stalls`, (variant) => {
        this.isStalled = false;
        const isDisconnected = variant % 8 === 7;
        if (isDisconnected) this.isLive = false;
        if (this.isLive) this.startRead();
        resolve(this.isLive);
      });
    });
  }
}

/** Summarizes the result of a read for the trace. */
export function summarize(result: Page | Reset): string {
  if (result.type === 'reset') return `a reset to ${result.cursor}`;
  const { entries } = result;
  const deletions = entries
    .filter(({ type }) => !kindOf(type)?.isInHistory)
    .map(({ seq, type }) => ` ${seq} ${type}`);
  const range = entries.length > 0 ? `${entries[0]!.seq} to ${entries.at(-1)!.seq}` : 'no entries';
  return [range, ...deletions].join();
}
