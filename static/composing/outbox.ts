import type { Entry, Person } from '../../server/wire.js';
import { BoundedSet } from '../browser/bounded-set.js';
import { newId } from '../browser/id.js';
import { ApiError, errorText } from '../connection/api.js';
import { Backoff } from '../connection/backoff.js';
import type { Draft } from './draft.js';
import type { DraftStore } from './draft-store.js';
import { shownName } from 'shared/appearance';
import { words } from 'shared/words';

/** How many removed drafts are remembered: a read of the store that began earlier may still return one. */
const REMOVED_LIMIT = 1000;

/**
 * Sends drafts in the order of writing, one at a time, each until the server has accepted or refused it. The tabs of a
 * browser share the store: the one that holds the lock sends the drafts of all of them.
 */
export class Outbox {
  /** In the order of writing; those that were refused wait for the person's decision. */
  private drafts = new Map<string, Draft>();
  /** The ids that were removed last. */
  private readonly removed = new BoundedSet<string>(REMOVED_LIMIT);
  private readonly backoff = new Backoff();
  private isRunning = false;
  /** Whether the session has ended. The page is reloaded after the next sign-in, perhaps for another visitor. */
  private isSignedOut = false;
  private endPause: (() => void) | undefined;
  /** The end of a pause that the server asked for, in milliseconds since the epoch. */
  private heldUntil: number | undefined;

  /**
   * @param me the visitor of this page.
   * @param send resolves with the stored entry, or throws an ApiError.
   * @param show shows a draft that is waiting or refused.
   * @param onStored is given the stored entry.
   * @param onChange is given the number of waiting drafts, and the end of a pause that the server asked for.
   */
  constructor(
    private readonly store: DraftStore,
    private readonly me: Readonly<Person>,
    private readonly send: (draft: Draft) => Promise<Entry>,
    private readonly show: (draft: Draft) => void,
    private readonly onStored: (entry: Entry) => void,
    private readonly onChange: (waiting: number, heldUntil: number | undefined) => void,
  ) {}

  /** Shows and sends the drafts of an earlier visit. */
  async restore(): Promise<void> {
    await this.merge();
    void this.run();
  }

  /** Adds a new message. */
  add(message: string): void {
    this.enqueue(newId(), message, new Date().toISOString());
  }

  /** Sends a refused draft again, under the same id and by the visitor of this page. */
  retry(id: string): void {
    const draft = this.drafts.get(id);
    if (!draft?.refused) return;
    void this.remove(id);
    this.removed.delete(id);
    this.enqueue(id, draft.message, draft.at);
  }

  /** Removes a draft that is discarded or stored; resolves when the draft store has deleted it. */
  async remove(id: string): Promise<void> {
    if (!this.drafts.delete(id)) return;
    this.removed.add(id);
    this.report();
    await this.store.delete(id);
  }

  /** Ends a pause after a failure: the server can be reached again. A pause that the server asked for continues. */
  onReconnect(): void {
    if (this.heldUntil === undefined) this.endPause?.();
  }

  /** Ends any pause: the rule behind it may no longer apply. */
  endHold(): void {
    this.endPause?.();
  }

  private enqueue(id: string, message: string, at: string): void {
    const draft: Draft = { id, message, at, visitor: this.me.visitor };
    this.drafts.set(draft.id, draft);
    void this.store.put(draft);
    this.show(draft);
    this.report();
    void this.run();
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    // A draft may be added just as the lock is released.
    while (this.next()) await this.store.withLock(() => this.sendAll());
    this.isRunning = false;
  }

  private async sendAll(): Promise<void> {
    await this.merge();
    for (let draft = this.next(); draft; draft = this.next()) {
      if (draft.visitor !== undefined && draft.visitor !== this.me.visitor) {
        // After a sign-in or its end, nothing is sent under another name unasked. The writer may come back, so this is
        // not stored.
        this.hold(draft, words.writtenByOther(shownName(this.me.username, words.anonymous)));
        continue;
      }
      try {
        const entry = await this.send(draft);
        this.backoff.reset();
        void this.remove(draft.id);
        this.onStored(entry);
      } catch (error) {
        if (error instanceof ApiError && error.isSignedOut) this.isSignedOut = true;
        else if (error instanceof ApiError && error.isFinal) this.refuse(draft, error);
        else if (this.drafts.has(draft.id)) await this.pause(error);
      }
      await this.merge();
    }
  }

  /** Merges the stored drafts of all tabs with those of this tab, in the order of writing. */
  private async merge(): Promise<void> {
    const stored = (await this.store.all()) ?? [];
    const own = [...this.drafts.values()];
    const drafts = new Map<string, Draft>();
    const add = (draft: Draft): unknown => this.removed.has(draft.id) || drafts.set(draft.id, draft);
    for (const draft of stored) {
      const at = own.findIndex(({ id }) => id === draft.id);
      // Own drafts that could not be stored come before the next own one that is.
      own
        .splice(0, at + 1)
        .slice(0, -1)
        .forEach(add);
      const mine = this.drafts.get(draft.id);
      add(mine?.refused ? mine : draft);
    }
    own.forEach(add);
    const changed = [...drafts.values()].filter(({ id, refused }) => {
      const known = this.drafts.get(id);
      return !known || known.refused !== refused;
    });
    this.drafts = drafts;
    changed.forEach(this.show);
    this.report();
  }

  private next(): Draft | undefined {
    return this.isSignedOut ? undefined : this.waiting[0];
  }

  private get waiting(): Draft[] {
    return [...this.drafts.values()].filter(({ refused }) => !refused);
  }

  private refuse({ id }: Draft, error: ApiError): void {
    const draft = this.drafts.get(id);
    // Meanwhile the feed may have delivered it: an earlier attempt was stored.
    if (!draft) return;
    this.hold(draft, errorText(error));
    void this.store.put(draft);
  }

  /** Shows why a draft is not sent. On this page, it then waits for the person's decision. */
  private hold(draft: Draft, reason: string): void {
    draft.refused = reason;
    this.show(draft);
    this.report();
  }

  private report(): void {
    const { length } = this.waiting;
    this.onChange(length, length > 0 ? this.heldUntil : undefined);
  }

  private async pause(error: unknown): Promise<void> {
    const retryAfter = (error instanceof ApiError && error.retryAfter) || 0;
    const delay = Math.max(retryAfter, this.backoff.next());
    this.heldUntil = retryAfter ? Date.now() + delay : undefined;
    this.report();
    await new Promise<void>((resolve) => {
      this.endPause = resolve;
      setTimeout(resolve, delay);
    });
    this.heldUntil = undefined;
    this.report();
  }
}
