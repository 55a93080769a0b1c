import type { Chat } from './chat';
import { checkReading, checkSaying, checkUsername } from './check';
import type { Log } from './log';
import type { Page } from './page';
import type { Presence, Stay, Tell } from './presence';
import { Refusal } from './refusal';
import type { Visitor, Visitors } from './visitor';
import type { Cursor, Reset } from './wire';

/** The parts of the chat that transports speak for. */
export interface Parts {
  log: Log;
  chat: Chat;
  visitors: Visitors;
  presence: Presence;
}

/** How a connection is written to. */
export interface Outlet {
  /** Writes a step; resolves when the connection can take the next one, or is `gone`. An empty page keeps it alive. */
  deliver: (step: Page | Reset, gone: AbortSignal) => Promise<void>;
  tell: Tell;
  /** Ends the connection: the log has closed, or the reading failed with `error`. */
  end: (error?: unknown) => void;
}

/** A connection that reads one room at a time, is present in it, and may write. */
export class Session {
  private room = '';
  private stay: Stay | undefined;
  private leaving = new AbortController();
  private reading: Promise<void> = Promise.resolve();
  private joining: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly parts: Parts,
    private readonly visitor: Visitor,
    private readonly outlet: Outlet,
  ) {}

  /** Reads a room from a cursor on, until {@link close} or another room. */
  enter(room: string, cursor: Cursor): void {
    if (this.closed) return;
    this.room = room;
    this.leaving = new AbortController();
    this.stay = this.parts.presence.enter(room, this.visitor, this.outlet.tell);
    this.reading = this.read(room, cursor, this.leaving.signal);
  }

  /** Does what a client asks for, by the name of its event, and returns what to acknowledge it with. */
  async handle(event: unknown, payload: unknown): Promise<object> {
    switch (event) {
      case 'new_message': {
        const { entry } = await this.parts.chat.say(
          this.visitor,
          checkSaying({ room: this.room, ...(payload as object) }),
        );
        return entry;
      }
      case 'change_username':
        return this.parts.chat.rename(this.visitor, checkUsername(payload));
      case 'typing':
        this.stay?.typing();
        return {};
      case 'join':
        return this.join(payload);
      default:
        throw new Refusal(
          400,
          'There is no such event. See "new_message", "change_username", "typing", "join".',
        );
    }
  }

  /** Leaves for good. */
  close(): void {
    this.closed = true;
    this.leave();
  }

  private async join(payload: unknown): Promise<{ room: string; cursor: Cursor }> {
    const reading = checkReading(payload);
    const cursor = await this.parts.log.start(reading.room, reading);
    // One after the other: each ends the reader before it, so that nothing of another room comes after the answer.
    this.joining = this.joining.then(async () => {
      this.leave();
      await this.reading;
      this.enter(reading.room, cursor);
    });
    await this.joining;
    return { room: reading.room, cursor };
  }

  private leave(): void {
    this.stay?.leave();
    this.stay = undefined;
    this.leaving.abort();
  }

  private async read(room: string, cursor: Cursor, gone: AbortSignal): Promise<void> {
    try {
      for await (const step of this.parts.log.follow(room, cursor, gone))
        await this.outlet.deliver(step, gone);
    } catch (error) {
      return this.outlet.end(error);
    }
    if (!gone.aborted) this.outlet.end();
  }
}
