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
export interface Listener {
  tell(event: Ephemeral): void;
}

/** One connection's presence in a room. */
export interface Stay {
  /** Tells the others that this person is writing. */
  typing(): void;
  leave(): void;
}

interface Room {
  name: string;
  guests: Set<Guest>;
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
class Guest implements Stay {
  private typedAt = -Infinity;

  constructor(
    readonly visitor: Visitor,
    readonly listener: Listener,
    private readonly room: Room,
    private readonly left: (guest: Guest, room: Room) => void,
  ) {}

  typing(): void {
    const now = performance.now();
    if (now - this.typedAt < TYPING_EVERY) return;
    this.typedAt = now;
    const event = { type: 'typing', room: this.room.name, ...personOf(this.visitor) } as const;
    for (const { visitor, listener } of this.room.guests) {
      if (visitor.id !== this.visitor.id) listener.tell(event);
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
  enter(name: string, visitor: Visitor, listener: Listener): Stay {
    let room = this.rooms.get(name);
    if (!room) this.rooms.set(name, (room = { name, guests: new Set() }));
    const guest = new Guest(visitor, listener, room, this.left);
    room.guests.add(guest);
    this.announce(room);
    return guest;
  }

  /** Everybody in a room, each once. */
  people(name: string): Person[] {
    const people = new Map<string, Person>();
    for (const { visitor } of this.rooms.get(name)?.guests ?? []) people.set(visitor.id, personOf(visitor));
    return [...people.values()];
  }

  /** Tells all who share a room with somebody of the new name. */
  renamed(change: ChangeUsername): void {
    for (const { guests } of this.rooms.values()) {
      const own = [...guests].filter(({ visitor }) => visitor.id === change.visitor);
      own.forEach(({ visitor }) => (visitor.username = change.username));
      if (own.length > 0) guests.forEach(({ listener }) => listener.tell(change));
    }
  }

  /** Whether somebody else goes by a name that looks like this one, for as long as their connection lasts. */
  hasNamesake(visitor: string, skeleton: string): boolean {
    for (const { guests } of this.rooms.values()) {
      for (const { visitor: other } of guests) {
        const isOther = !other.lasting && other.id !== visitor && other.username !== ANONYMOUS;
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
  tell(name: string, event: ChangeRoom): void {
    this.rooms.get(name)?.guests.forEach(({ listener }) => listener.tell(event));
  }

  /** Tells everybody, in all rooms. */
  tellAll(event: NewContact | RemoveContact): void {
    for (const { guests } of this.rooms.values()) guests.forEach(({ listener }) => listener.tell(event));
  }

  /** Tells nobody anything any more. */
  close(): void {
    this.rooms.forEach(({ announcing }) => clearTimeout(announcing));
    this.rooms.clear();
  }

  private readonly left = (guest: Guest, room: Room): void => {
    room.guests.delete(guest);
    if (room.guests.size > 0) return this.announce(room);
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
        room.guests.forEach(({ listener }) => listener.tell(event));
      },
      Math.max(GATHER.least, GATHER.each * room.guests.size),
    ).unref();
  }
}

function personOf({ id, username }: Visitor): Person {
  return { visitor: id, username };
}
