import type { AuthorizedLog } from '../access/authorized-log';
import type { AuthorizedRoom, RoomAccess } from '../access/room-access';
import type { Visitor } from '../identity/visitor';
import { formatCursor } from '../log/cursor';
import { Refusal } from '../refusal';
import type { ChangeRooms, News as NewsEvent } from '../wire';
import type { Subscriber } from './attendee';

/** How long news is gathered, in ms: the shortest time between two hints about a room. */
const GATHERING_DELAY = 1_000;
/** When the rooms of a visitor are read again, if they could not be read, in ms. */
const RETRY_DELAY = 5_000;

/** A visitor whose connections receive news. */
interface Watcher {
  visitor: Visitor;
  subscribers: Set<Subscriber>;
  rooms: readonly AuthorizedRoom[];
  /** Settles with the last reading of its rooms. */
  reading: Promise<void>;
}

/**
 * Tells connections that there is something new in the rooms that their visitors are members of: hints, never a copy of
 * a message. `GET /rooms` has what they may have missed.
 */
export class News {
  /** By visitor. */
  private readonly watchers = new Map<string, Watcher>();
  /** By room. */
  private readonly audiences = new Map<string, Set<Watcher>>();
  /** The rooms that have grown since the last hints. */
  private readonly grown = new Set<AuthorizedRoom>();
  private sending: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: Pick<AuthorizedLog, 'overview'>,
    private readonly access: RoomAccess,
  ) {}

  /** Sends a subscriber the news of all rooms of its visitor. @returns the function that ends this. */
  watch(visitor: Visitor, subscriber: Subscriber): () => void {
    // Nothing would identify it again, so it is a member of no room.
    if (!visitor.isPersistent) return () => undefined;
    let watcher = this.watchers.get(visitor.id);
    if (!watcher) {
      watcher = { visitor, subscribers: new Set(), rooms: [], reading: Promise.resolve() };
      this.watchers.set(visitor.id, watcher);
      void this.readRooms(watcher);
    }
    const { subscribers } = watcher;
    subscribers.add(subscriber);
    return () => {
      if (subscribers.delete(subscriber) && subscribers.size === 0) this.forget(watcher);
    };
  }

  /** Notes that a room may have grown. */
  noteGrowth(room: string): void {
    if (!this.audiences.has(room)) return;
    // Its watchers were authorized.
    this.grown.add(room as AuthorizedRoom);
    this.sending ??= setTimeout(() => void this.send(), GATHERING_DELAY).unref();
  }

  /** Reads the rooms of a visitor again, since they have changed, and tells its connections. */
  async applyChange(visitor: string): Promise<void> {
    const watcher = this.watchers.get(visitor);
    if (!watcher) return;
    await this.readRooms(watcher);
    const event: ChangeRooms = { type: 'change_rooms' };
    watcher.subscribers.forEach((subscriber) => subscriber.notify(event));
  }

  /** Reads the rooms of all visitors again: changes may have been missed. */
  applyMissedChanges(): void {
    for (const visitor of this.watchers.keys()) void this.applyChange(visitor);
  }

  /** Sends no more hints. */
  close(): void {
    clearTimeout(this.sending);
    this.watchers.clear();
    this.audiences.clear();
  }

  private async send(): Promise<void> {
    const rooms = [...this.grown];
    this.grown.clear();
    this.sending = undefined;
    try {
      const overviews = await this.log.overview(new Map(rooms.map((room) => [room, Infinity])), '');
      for (const room of rooms) {
        const { epoch, seq, hash } = overviews.get(room)!.head;
        const event: NewsEvent = { type: 'news', room, cursor: formatCursor(epoch, seq, hash) };
        for (const { subscribers } of this.audiences.get(room) ?? [])
          subscribers.forEach((subscriber) => subscriber.notify(event));
      }
    } catch (error) {
      if (!(error instanceof Refusal)) console.error('The news of rooms could not be read:', error);
    }
  }

  /** Readings of one visitor's rooms follow each other, so that the last one counts. */
  private readRooms(watcher: Watcher): Promise<void> {
    return (watcher.reading = watcher.reading.then(async () => {
      try {
        const rooms = await this.access.roomsOf(watcher.visitor);
        if (this.watchers.get(watcher.visitor.id) !== watcher) return;
        this.leaveAudiences(watcher);
        watcher.rooms = rooms;
        for (const room of rooms) {
          const audience = this.audiences.get(room) ?? new Set();
          this.audiences.set(room, audience.add(watcher));
        }
      } catch (error) {
        if (!(error instanceof Refusal)) console.error('The rooms of a visitor could not be read:', error);
        setTimeout(() => {
          if (this.watchers.get(watcher.visitor.id) === watcher) void this.readRooms(watcher);
        }, RETRY_DELAY).unref();
      }
    }));
  }

  private forget(watcher: Watcher): void {
    if (this.watchers.get(watcher.visitor.id) === watcher) this.watchers.delete(watcher.visitor.id);
    this.leaveAudiences(watcher);
  }

  private leaveAudiences(watcher: Watcher): void {
    for (const room of watcher.rooms) {
      const audience = this.audiences.get(room);
      if (audience?.delete(watcher) && audience.size === 0) this.audiences.delete(room);
    }
  }
}
