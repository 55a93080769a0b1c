import type { Visitor } from '../identity/visitor';
import type { Ephemeral, Person } from '../wire';

/** The shortest interval between `typing` events of one connection, in ms. */
const TYPING_INTERVAL = 300;

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

/** A room in which somebody is connected. */
export interface Room {
  name: string;
  attendees: Set<Attendee>;
  /** How many connections each visitor has, by its id. */
  connections: Map<string, number>;
  /** The timer of the next `presence` event. */
  announcing?: NodeJS.Timeout | undefined;
}

/** One connection in a room. */
export class Attendee implements Attendance {
  private typedAt = -Infinity;

  constructor(
    readonly visitor: Visitor,
    readonly subscriber: Subscriber,
    private readonly room: Room,
    private readonly onTyping: (room: Room, person: Person) => void,
    private readonly onLeave: (attendee: Attendee, room: Room) => void,
  ) {}

  typing(): void {
    const now = performance.now();
    if (now - this.typedAt < TYPING_INTERVAL) return;
    this.typedAt = now;
    this.onTyping(this.room, personOf(this.visitor));
  }

  leave(): void {
    this.onLeave(this, this.room);
  }
}

/** Returns the person that a visitor is to others. */
export function personOf({ id, username }: Visitor): Person {
  return { visitor: id, username };
}
