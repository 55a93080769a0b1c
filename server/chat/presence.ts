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

/** A connection that gets ephemeral events; it may drop them when it is slow. */
export interface Subscriber {
  notify(event: Ephemeral): void;
}

/** One connection's presence in a room. */
export interface Attendance {
  /** Tells the others in the room that this person is typing. */
  typing(): void;
  leave(): void;
}

interface Room {
  name: string;
  attendees: Set<Attendee>;
  /** The timer of the next `presence` event. */
  announcing?: NodeJS.Timeout | undefined;
}

/** The most people that one `presence` event names; it counts them all. */
const NAMED = 100;
/** The interval between `presence` events, in ms: at least the first, and the second for each connection in the room. */
const GATHER = { least: 200, each: 1 };
/** The interval between `typing` events of one connection, in ms. */
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

/** Knows who is in which room, and notifies connections. */
export interface Presence {
  /** Adds a connection to a room. A visitor with several connections there is one person. */
  join(room: string, visitor: Visitor, subscriber: Subscriber): Attendance;
  /** Returns the people in a room, each once. */
  people(room: string): Person[];
  /** Sends a change of name to all who share a room with that visitor. */
  announceRename(change: ChangeUsername): void;
  /** Returns whether another visitor without a cookie has a name that looks like this one, for its connection. */
  hasNamesake(visitor: string, skeleton: string): boolean;
  /** Sends an event to everybody in a room. */
  notifyRoom(room: string, event: ChangeRoom): void;
  /** Sends an event to everybody in all rooms. */
  notifyAll(event: NewContact | RemoveContact): void;
  /** Stops all events. */
  close(): void;
}

/** The presence of the connections to one process. */
export class InMemoryPresence implements Presence {
  private readonly rooms = new Map<string, Room>();
  /** The skeletons of visitors' names, cached. */
  private readonly skeletons = new WeakMap<Visitor, { username: string; skeleton: string }>();

  join(name: string, visitor: Visitor, listener: Subscriber): Attendance {
    let room = this.rooms.get(name);
    if (!room) this.rooms.set(name, (room = { name, attendees: new Set() }));
    const attendee = new Attendee(visitor, listener, room, this.left);
    room.attendees.add(attendee);
    this.announce(room);
    return attendee;
  }

  people(name: string): Person[] {
    const people = new Map<string, Person>();
    for (const { visitor } of this.rooms.get(name)?.attendees ?? [])
      people.set(visitor.id, personOf(visitor));
    return [...people.values()];
  }

  announceRename(change: ChangeUsername): void {
    for (const { attendees } of this.rooms.values()) {
      const own = [...attendees].filter(({ visitor }) => visitor.id === change.visitor);
      own.forEach(({ visitor }) => (visitor.username = change.username));
      if (own.length > 0) attendees.forEach(({ listener }) => listener.notify(change));
    }
  }

  hasNamesake(visitor: string, skeleton: string): boolean {
    for (const { attendees } of this.rooms.values()) {
      for (const { visitor: other } of attendees) {
        const isOther = !other.isPersistent && other.id !== visitor && other.username !== ANONYMOUS;
        if (isOther && this.skeletonOf(other) === skeleton) return true;
      }
    }
    return false;
  }

  /** Returns the skeleton of a visitor's name; cached, since a room may hold thousands of visitors. */
  private skeletonOf(visitor: Visitor): string {
    const { username } = visitor;
    let known = this.skeletons.get(visitor);
    if (known?.username !== username) {
      known = { username, skeleton: skeletonOf(username) };
      this.skeletons.set(visitor, known);
    }
    return known.skeleton;
  }

  notifyRoom(name: string, event: ChangeRoom): void {
    this.rooms.get(name)?.attendees.forEach(({ listener }) => listener.notify(event));
  }

  notifyAll(event: NewContact | RemoveContact): void {
    for (const { attendees } of this.rooms.values())
      attendees.forEach(({ listener }) => listener.notify(event));
  }

  close(): void {
    this.rooms.forEach(({ announcing }) => clearTimeout(announcing));
    this.rooms.clear();
  }

  private readonly left = (attendee: Attendee, room: Room): void => {
    room.attendees.delete(attendee);
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
