import type { NewMessage } from '../server/wire.js';
import { ApiError, sentenceOf } from './api.js';
import { Backoff } from './backoff.js';
import { newId } from './id.js';
import type { Kept } from './kept.js';

/** A message on its way to the server. */
export interface Draft {
  /** Its own for good: however often it is sent, the server stores it once. */
  id: string;
  message: string;
  /** When it was written, by this machine's clock. */
  at: string;
  /** Why the server refused it, if it did. */
  refused?: string;
}

/** Sends messages in the order they were written, one at a time, each until the server has decided on it. */
export class Outbox {
  private queue: Draft[] = [];
  private readonly refused = new Map<string, Draft>();
  private readonly backoff = new Backoff();
  private running = false;
  private cutShort: (() => void) | undefined;

  /**
   * @param send resolves with what was stored, or throws an ApiError.
   * @param show a draft that is on its way, or refused.
   * @param stored is given what the server made of it.
   */
  constructor(
    private readonly kept: Kept,
    private readonly send: (draft: Draft) => Promise<NewMessage>,
    private readonly show: (draft: Draft) => void,
    private readonly stored: (message: NewMessage) => void,
  ) {}

  /** Goes on with what a previous visit to the page left. */
  restore(): void {
    for (const draft of this.kept.all()) {
      this.show(draft);
      if (draft.refused) this.refused.set(draft.id, draft);
      else this.queue.push(draft);
    }
    void this.run();
  }

  /** Takes in a new message. */
  say(message: string): void {
    this.enqueue({ id: newId(), message, at: new Date().toISOString() });
  }

  /** Sends a refused message again, under the id it has. */
  again(id: string): void {
    const draft = this.refused.get(id);
    if (!draft) return;
    this.refused.delete(id);
    this.enqueue({ id, message: draft.message, at: draft.at });
  }

  /** Gives a message up, or is told that the room has it. */
  drop(id: string): void {
    this.queue = this.queue.filter((draft) => draft.id !== id);
    this.refused.delete(id);
    this.kept.forget(id);
  }

  /** The server may be within reach again: don't wait longer. */
  wake(): void {
    this.cutShort?.();
  }

  private enqueue(draft: Draft): void {
    this.queue.push(draft);
    this.kept.keep(draft);
    this.show(draft);
    void this.run();
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (let draft = this.queue[0]; draft; draft = this.queue[0]) {
      try {
        const message = await this.send(draft);
        this.backoff.reset();
        this.drop(draft.id);
        this.stored(message);
      } catch (error) {
        if (error instanceof ApiError && error.final) this.refuse(draft, error);
        else if (this.queue[0] === draft) await this.pause(error);
      }
    }
    this.running = false;
  }

  private refuse(draft: Draft, error: ApiError): void {
    // The feed may have brought it meanwhile, and then it is no longer here to be refused.
    if (!this.queue.includes(draft)) return;
    this.drop(draft.id);
    const refused = { ...draft, refused: sentenceOf(error) };
    this.refused.set(draft.id, refused);
    this.kept.keep(refused);
    this.show(refused);
  }

  private pause(error: unknown): Promise<void> {
    const asked = error instanceof ApiError ? error.retryAfter : 0;
    return new Promise((done) => {
      // A server that asks for time gets it, also when the connection comes back earlier.
      if (!asked) this.cutShort = done;
      setTimeout(done, Math.max(asked, this.backoff.next()));
    });
  }
}
