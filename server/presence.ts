import type { Visitor } from './visitor';
import type {
  ChangeUsername,
  Ephemeral,
  NewContact,
  Person,
  Presence as PresenceEvent,
  RemoveContact,
} from './wire';

/** How a connection is told of what is in no log; it may drop what it can't take now. */
export type Tell = (event: Ephemeral) => void;

/** One connection's presence in a room. */
export interface Stay {
  /** Tells the others that this person is writing. */
  typing(): void;
  leave(): void;
}

interface Guest {
  person: Person;
  tell: Tell;
}

/** The most people that one `presence` event names; it counts them all. */
const NAMED = 100;
/** Comings and goings of this long, in ms, are told together. */
const GATHER = 200;
/** A person who writes is told of once in this long, in ms. */
const TYPING_EVERY = 300;

/** Who is here and who is writing: known only to this process, and only now. */
export class Presence {
  private readonly rooms = new Map<string, Set<Guest>>();
  private readonly announcing = new Map<string, NodeJS.Timeout>();

  /** Lets a connection into a room. Somebody with several connections there is one person. */
  enter(room: string, { id, username }: Visitor, tell: Tell): Stay {
    const guest: Guest = { person: { visitor: id, username }, tell };
    const guests = this.rooms.get(room) ?? new Set();
    this.rooms.set(room, guests.add(guest));
    this.announce(room);
    let typedAt = -Infinity;
    return {
      typing: () => {
        const now = performance.now();
        if (now - typedAt < TYPING_EVERY) return;
        typedAt = now;
        for (const { person: other, tell: tellOther } of guests) {
          if (other.visitor !== id) tellOther({ type: 'typing', room, ...guest.person });
        }
      },
      leave: () => {
        guests.delete(guest);
        if (guests.size === 0) this.rooms.delete(room);
        else this.announce(room);
      },
    };
  }

  /** Everybody in a room, each once. */
  people(room: string): Person[] {
    const people = new Map<string, Person>();
    for (const { person } of this.rooms.get(room) ?? []) people.set(person.visitor, person);
    return [...people.values()];
  }

  /** Tells all who share a room with somebody of the new name. */
  renamed(change: ChangeUsername): void {
    for (const guests of this.rooms.values()) {
      const own = [...guests].filter(({ person }) => person.visitor === change.visitor);
      own.forEach(({ person }) => (person.username = change.username));
      if (own.length > 0) guests.forEach(({ tell }) => tell(change));
    }
  }

  /** Tells everybody, in all rooms. */
  tellAll(event: NewContact | RemoveContact): void {
    for (const guests of this.rooms.values()) guests.forEach(({ tell }) => tell(event));
  }

  /** Tells nobody anything any more. */
  close(): void {
    this.announcing.forEach((timer) => clearTimeout(timer));
    this.announcing.clear();
    this.rooms.clear();
  }

  private announce(room: string): void {
    if (this.announcing.has(room)) return;
    const timer = setTimeout(() => {
      this.announcing.delete(room);
      const people = this.people(room);
      const event: PresenceEvent = {
        type: 'presence',
        room,
        count: people.length,
        people: people.slice(0, NAMED),
      };
      this.rooms.get(room)?.forEach(({ tell }) => tell(event));
    }, GATHER);
    this.announcing.set(room, timer.unref());
  }
}
