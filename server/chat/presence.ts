import { ANONYMOUS, skeletonOf } from '../identity/name';
import type { Visitor } from '../identity/visitor';
import type {
  ChangeRoom,
  ChangeUsername,
  Ephemeral,
  NewContact,
  Person,
  Presence as PresenceEvent,
  RemoveContact,
} from '../wire';

/** A connection that is told of what is in no log; it may drop what it can't take now. */
export interface Subscriber {
  notify(event: Ephemeral): void;
}

/** One connection's presence in a room. */
export interface Attendance {
  /** Tells the others that this person is writing. */
  typing(): void;
  leave(): void;
}

interface Room {
  name: string;
  attendees: Set<Attendee>;
  /** The timer that will tell of the latest comings and goings. */
  announcing?: NodeJS.Timeout | undefined;
}

/** The most people that one `presence` event names; it counts them all. */
const NAMED = 100;
/** Comings and goings of this long, in ms, are told together; in a large room of longer, by the second number a head. */
const GATHER = { least: 200, each: 1 };
/** A person who writes is told of once in this long, in ms. */
const TYPING_EVERY = 300;

/** One connection in a room. */
class Attendee implements Attendance {
  private typedAt = -Infinity;

  constructor(
    readonly visitor: Visitor,
    readonly listener: Subscriber,
    private readonly room: Room,
    private readonly left: (guest: Attendee, room: Room) => void,
  ) {}

  typing(): void {
    const now = performance.now();
    if (now - this.typedAt < TYPING_EVERY) return;
    this.typedAt = now;
    const event = { type: 'typing', room: this.room.name, ...personOf(this.visitor) } as const;
    for (const { visitor, listener } of this.room.attendees) {
      if (visitor.id !== this.visitor.id) listener.notify(event);
    }
  }

  leave(): void {
    this.left(this, this.room);
  }
}

/** Who is here and who is writing: known only to this process, and only now. */
export class Presence {
  private readonly rooms = new Map<string, Room>();
  /** The skeletons of the names that visitors have, or had when somebody asked last. */
  private readonly skeletons = new WeakMap<Visitor, { username: string; skeleton: string }>();

  /** Lets a connection into a room. Somebody with several connections there is one person. */
  join(name: string, visitor: Visitor, listener: Subscriber): Attendance {
    let room = this.rooms.get(name);
    if (!room) this.rooms.set(name, (room = { name, attendees: new Set() }));
    const guest = new Attendee(visitor, listener, room, this.left);
    room.attendees.add(guest);
    this.announce(room);
    return guest;
  }

  /** Everybody in a room, each once. */
  people(name: string): Person[] {
    const people = new Map<string, Person>();
    for (const { visitor } of this.rooms.get(name)?.attendees ?? [])
      people.set(visitor.id, personOf(visitor));
    return [...people.values()];
  }

  /** Tells all who share a room with somebody of the new name. */
  announceRename(change: ChangeUsername): void {
    for (const { attendees: guests } of this.rooms.values()) {
      const own = [...guests].filter(({ visitor }) => visitor.id === change.visitor);
      own.forEach(({ visitor }) => (visitor.username = change.username));
      if (own.length > 0) guests.forEach(({ listener }) => listener.notify(change));
    }
  }

  /** Whether somebody else goes by a name that looks like this one, for as long as their connection lasts. */
  hasNamesake(visitor: string, skeleton: string): boolean {
    for (const { attendees: guests } of this.rooms.values()) {
      for (const { visitor: other } of guests) {
        const isOther = !other.isPersistent && other.id !== visitor && other.username !== ANONYMOUS;
        if (isOther && this.skeletonOf(other) === skeleton) return true;
      }
    }
    return false;
  }

  /** The skeleton of a visitor's name, computed once for each name: a room may hold thousands. */
  private skeletonOf(visitor: Visitor): string {
    const { username } = visitor;
    let known = this.skeletons.get(visitor);
    if (known?.username !== username) {
      known = { username, skeleton: skeletonOf(username) };
      this.skeletons.set(visitor, known);
    }
    return known.skeleton;
  }

  /** Tells everybody in a room. */
  notifyRoom(name: string, event: ChangeRoom): void {
    this.rooms.get(name)?.attendees.forEach(({ listener }) => listener.notify(event));
  }

  /** Tells everybody, in all rooms. */
  notifyAll(event: NewContact | RemoveContact): void {
    for (const { attendees: guests } of this.rooms.values())
      guests.forEach(({ listener }) => listener.notify(event));
  }

  /** Tells nobody anything any more. */
  close(): void {
    this.rooms.forEach(({ announcing }) => clearTimeout(announcing));
    this.rooms.clear();
  }

  private readonly left = (guest: Attendee, room: Room): void => {
    room.attendees.delete(guest);
    if (room.attendees.size > 0) return this.announce(room);
    clearTimeout(room.announcing);
    if (this.rooms.get(room.name) === room) this.rooms.delete(room.name);
  };

  private announce(room: Room): void {
    room.announcing ??= setTimeout(
      () => {
        room.announcing = undefined;
        const people = this.people(room.name);
        const event: PresenceEvent = {
          type: 'presence',
          room: room.name,
          count: people.length,
          people: people.slice(0, NAMED),
        };
        room.attendees.forEach(({ listener }) => listener.notify(event));
      },
      Math.max(GATHER.least, GATHER.each * room.attendees.size),
    ).unref();
  }
}

function personOf({ id, username }: Visitor): Person {
  return { visitor: id, username };
}
