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

/** A connection that receives ephemeral events; a slow one may drop them. */
export interface Subscriber {
  notify(event: Ephemeral): void;
}

/** One connection's presence in a room. */
export interface Attendance {
  /** Notifies the others in the room that this person is typing. */
  typing(): void;
  leave(): void;
}

interface Room {
  name: string;
  attendees: Set<Attendee>;
  /** The timer of the next `presence` event. */
  announcing?: NodeJS.Timeout | undefined;
}

/** The most people that one `presence` event names; it counts all of them. */
const NAMES_MAX = 100;
/** The shortest interval between `presence` events of a room, in ms, and the interval for each of its connections. */
const PRESENCE_INTERVAL = { min: 200, perConnection: 1 };
/** The shortest interval between `typing` events of one connection, in ms. */
const TYPING_INTERVAL = 300;

/** One connection in a room. */
class Attendee implements Attendance {
  private typedAt = -Infinity;

  constructor(
    readonly visitor: Visitor,
    readonly subscriber: Subscriber,
    private readonly room: Room,
    private readonly onLeave: (attendee: Attendee, room: Room) => void,
  ) {}

  typing(): void {
    const now = performance.now();
    if (now - this.typedAt < TYPING_INTERVAL) return;
    this.typedAt = now;
    const event = { type: 'typing', room: this.room.name, ...personOf(this.visitor) } as const;
    for (const { visitor, subscriber } of this.room.attendees) {
      if (visitor.id !== this.visitor.id) subscriber.notify(event);
    }
  }

  leave(): void {
    this.onLeave(this, this.room);
  }
}

/** Tracks the people in each room, and notifies their connections of ephemeral events. */
export interface Presence {
  /** Adds a connection to a room. Several connections of one visitor are one person. */
  join(room: string, visitor: Visitor, subscriber: Subscriber): Attendance;
  /** Returns the people in a room, each once. */
  people(room: string): Person[];
  /** Sends a visitor's new name to everybody in its rooms. */
  announceRename(change: ChangeUsername): void;
  /** Sends an event to everybody in a room. */
  notifyRoom(room: string, event: ChangeRoom): void;
  /** Sends an event to everybody in all rooms. */
  notifyAll(event: NewContact | RemoveContact): void;
  /** Stops sending events. */
  close(): void;
}

/** The presence of the connections to one process. */
export class InMemoryPresence implements Presence {
  private readonly rooms = new Map<string, Room>();

  join(name: string, visitor: Visitor, subscriber: Subscriber): Attendance {
    let room = this.rooms.get(name);
    if (!room) this.rooms.set(name, (room = { name, attendees: new Set() }));
    const attendee = new Attendee(visitor, subscriber, room, this.remove);
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
      if (own.length > 0) attendees.forEach(({ subscriber }) => subscriber.notify(change));
    }
  }

  notifyRoom(name: string, event: ChangeRoom): void {
    this.rooms.get(name)?.attendees.forEach(({ subscriber }) => subscriber.notify(event));
  }

  notifyAll(event: NewContact | RemoveContact): void {
    for (const { attendees } of this.rooms.values())
      attendees.forEach(({ subscriber }) => subscriber.notify(event));
  }

  close(): void {
    this.rooms.forEach(({ announcing }) => clearTimeout(announcing));
    this.rooms.clear();
  }

  private readonly remove = (attendee: Attendee, room: Room): void => {
    room.attendees.delete(attendee);
    if (room.attendees.size > 0) return this.announce(room);
    clearTimeout(room.announcing);
    if (this.rooms.get(room.name) === room) this.rooms.delete(room.name);
  };

  /** Schedules a `presence` event, unless one is scheduled. */
  private announce(room: Room): void {
    room.announcing ??= setTimeout(
      () => {
        room.announcing = undefined;
        const people = this.people(room.name);
        const event: PresenceEvent = {
          type: 'presence',
          room: room.name,
          count: people.length,
          people: people.slice(0, NAMES_MAX),
        };
        room.attendees.forEach(({ subscriber }) => subscriber.notify(event));
      },
      Math.max(PRESENCE_INTERVAL.min, PRESENCE_INTERVAL.perConnection * room.attendees.size),
    ).unref();
  }
}

function personOf({ id, username }: Visitor): Person {
  return { visitor: id, username };
}
