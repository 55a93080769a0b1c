import type { Entry } from '../../server/wire.js';
import { newId } from '../browser/id.js';
import { ApiError, errorText } from '../connection/api.js';
import { Backoff } from '../connection/backoff.js';
import type { DraftStore } from './draft-store.js';

/** How many settled messages are remembered: a reading that began before one was settled may still be under way. */
const SETTLED = 1000;

/** A message on its way to the server. */
export interface Draft {
  /** Its own for good: however often it is sent, the server stores it once. */
  id: string;
  message: string;
  /** When it was written, by this machine's clock. */
  at: string;
  /** Why the server refused it, if it did. */
  refused?: string;
  /** Where it stands among all that is kept; none yet if it was not. */
  place?: number;
}

/**
 * Sends messages in the order they were written, one at a time, each until the server has decided on it. The tabs of
 * a browser share what is kept: the one whose turn it is sends for all, and what two of them send, its id makes one.
 */
export class Outbox {
  /** What is not stored yet, in the order of writing; the refused ones wait for the person. */
  private drafts = new Map<string, Draft>();
  /** The ids that were settled here last: they must not come back from a reading that began before. */
  private readonly settled = new Set<string>();
  private readonly backoff = new Backoff();
  private running = false;
  private cutShort: (() => void) | undefined;
  /** Until when the server asks to be left alone. */
  private heldUntil: number | undefined;

  /**
   * @param send resolves with what was stored, or throws an ApiError.
   * @param show a draft that is on its way, or refused.
   * @param stored is given what the server made of it.
   * @param changed is told how many are on their way, and when the next one goes if the server asks for time.
   */
  constructor(
    private readonly store: DraftStore,
    private readonly send: (draft: Draft) => Promise<Entry>,
    private readonly show: (draft: Draft) => void,
    private readonly stored: (entry: Entry) => void,
    private readonly changed: (waiting: number, heldUntil: number | undefined) => void,
  ) {}

  /** Goes on with what an earlier visit to the page left. */
  async restore(): Promise<void> {
    await this.merge();
    void this.run();
  }

  /** Takes in a new message. */
  add(message: string): void {
    this.enqueue({ id: newId(), message, at: new Date().toISOString() });
  }

  /** Sends a refused message again, under the id it has. */
  retry(id: string): void {
    const draft = this.drafts.get(id);
    if (!draft?.refused) return;
    void this.remove(id);
    this.settled.delete(id);
    this.enqueue({ id, message: draft.message, at: draft.at });
  }

  /** Gives a message up, or is told that the room has it; resolves when it is no longer kept. */
  async remove(id: string): Promise<void> {
    if (!this.drafts.delete(id)) return;
    this.settled.add(id);
    if (this.settled.size > SETTLED) this.settled.delete([...this.settled][0]!);
    this.report();
    await this.store.delete(id);
  }

  /** The server may be within reach again: don't wait longer. */
  onReconnect(): void {
    // A server that asks for time gets it, also when the connection comes back earlier.
    if (this.heldUntil === undefined) this.cutShort?.();
  }

  /** The server may not ask for time any more: try now. If it does, it says for how long. */
  endHold(): void {
    this.cutShort?.();
  }

  private enqueue(draft: Draft): void {
    this.drafts.set(draft.id, draft);
    void this.store.put(draft);
    this.show(draft);
    this.report();
    void this.run();
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    // Once more when something was written just as the turn went to the next tab.
    while (this.next()) await this.store.withLock(() => this.sendAll());
    this.running = false;
  }

  private async sendAll(): Promise<void> {
    await this.merge();
    for (let draft = this.next(); draft; draft = this.next()) {
      try {
        const message = await this.send(draft);
        this.backoff.reset();
        void this.remove(draft.id);
        this.stored(message);
      } catch (error) {
        if (error instanceof ApiError && error.isFinal) this.refuse(draft, error);
        else if (this.drafts.has(draft.id)) await this.pause(error);
      }
      await this.merge();
    }
  }

  /** Brings together what is kept, by whichever tab, and what this tab has; all in the order of writing. */
  private async merge(): Promise<void> {
    const kept = (await this.store.all()) ?? [];
    const own = [...this.drafts.values()];
    const drafts = new Map<string, Draft>();
    const add = (draft: Draft): unknown => this.settled.has(draft.id) || drafts.set(draft.id, draft);
    for (const draft of kept) {
      const at = own.findIndex(({ id }) => id === draft.id);
      // What could not be kept was written before what this tab wrote next.
      own
        .splice(0, at + 1)
        .slice(0, -1)
        .forEach(add);
      const mine = this.drafts.get(draft.id);
      add(mine?.refused ? mine : draft);
    }
    own.forEach(add);
    const news = [...drafts.values()].filter(({ id, refused }) => {
      const known = this.drafts.get(id);
      return !known || known.refused !== refused;
    });
    this.drafts = drafts;
    news.forEach(this.show);
    this.report();
  }

  private next(): Draft | undefined {
    return [...this.drafts.values()].find(({ refused }) => !refused);
  }

  private refuse({ id }: Draft, error: ApiError): void {
    const draft = this.drafts.get(id);
    // The feed may have brought it meanwhile, and then it is no longer here to be refused.
    if (!draft) return;
    draft.refused = errorText(error);
    void this.store.put(draft);
    this.show(draft);
    this.report();
  }

  private report(): void {
    const waiting = [...this.drafts.values()].filter(({ refused }) => !refused).length;
    this.changed(waiting, waiting > 0 ? this.heldUntil : undefined);
  }

  private async pause(error: unknown): Promise<void> {
    const asked = (error instanceof ApiError && error.retryAfter) || 0;
    const wait = Math.max(asked, this.backoff.next());
    this.heldUntil = asked ? Date.now() + wait : undefined;
    this.report();
    await new Promise<void>((done) => {
      this.cutShort = done;
      setTimeout(done, wait);
    });
    this.heldUntil = undefined;
    this.report();
  }
}
