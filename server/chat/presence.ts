import { NO_BUS, type Bus } from '../access/bus';
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
import { Attendee, personOf, type Attendance, type Room, type Subscriber } from './attendee';
import { PresenceExchange, type LocalPresence } from './presence-exchange';

/** The most people that one `presence` event names; it counts all of them. */
const NAMES_MAX = 100;
/** The shortest interval between `presence` events of a room, in ms, and the interval for each of its connections. */
const PRESENCE_INTERVAL = { min: 200, perConnection: 1 };
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

/**
 * Keeps in memory who is connected to this process and, from the announcements of other processes, who is connected to
 * them. A person that is connected to several processes is one person.
 */
export class InMemoryPresence implements Presence, LocalPresence {
  private readonly rooms = new Map<string, Room>();
  private readonly exchange: PresenceExchange;

  /** @param bus reaches the other processes. */
  constructor(bus: Bus = NO_BUS) {
    this.exchange = new PresenceExchange(bus, this);
  }

  join(name: string, visitor: Visitor, subscriber: Subscriber): Attendance {
    let room = this.rooms.get(name);
    if (!room) {
      this.rooms.set(name, (room = { name, attendees: new Set(), connections: new Map() }));
      this.exchange.ask(name);
    }
    const attendee = new Attendee(visitor, subscriber, room, this.type, this.remove);
    room.attendees.add(attendee);
    const connections = room.connections.get(visitor.id) ?? 0;
    room.connections.set(visitor.id, connections + 1);
    if (connections === 0) this.exchange.announce(name, personOf(visitor));
    this.announce(room);
    return attendee;
  }

  people(name: string): Person[] {
    const people = new Map<string, Person>();
    for (const { visitor, username } of this.exchange.remote.in(name))
      people.set(visitor, { visitor, username });
    for (const person of this.localPeople(name)) people.set(person.visitor, person);
    return [...people.values()];
  }

  announceRename(change: ChangeUsername): void {
    const affected = new Set(this.exchange.remote.rename(change));
    for (const room of this.rooms.values()) {
      if (!room.connections.has(change.visitor)) continue;
      for (const { visitor } of room.attendees)
        if (visitor.id === change.visitor) visitor.username = change.username;
      this.exchange.announce(room.name, change);
      affected.add(room.name);
    }
    affected.forEach((room) => this.notify(room, change));
  }

  hasRoom(name: string): boolean {
    return this.rooms.has(name);
  }

  localRooms(): Iterable<string> {
    return this.rooms.keys();
  }

  *localPeople(name: string): Iterable<Person> {
    for (const { visitor } of this.rooms.get(name)?.attendees ?? []) yield personOf(visitor);
  }

  onPeopleChanged(name: string): void {
    const room = this.rooms.get(name);
    if (room) this.announce(room);
  }

  onRenamed(name: string, person: Person): void {
    this.notify(name, { type: 'change_username', ...person });
  }

  onTyping(name: string, person: Person): void {
    const event = { type: 'typing', room: name, ...person } as const;
    for (const { visitor, subscriber } of this.rooms.get(name)?.attendees ?? [])
      if (visitor.id !== person.visitor) subscriber.notify(event);
  }

  notifyRoom(name: string, event: ChangeRoom): void {
    this.notify(name, event);
  }

  notifyAll(event: NewContact | RemoveContact): void {
    for (const name of this.rooms.keys()) this.notify(name, event);
  }

  close(): void {
    this.rooms.forEach(({ announcing }) => clearTimeout(announcing));
    this.rooms.clear();
    this.exchange.close();
  }

  private notify(name: string, event: Ephemeral): void {
    this.rooms.get(name)?.attendees.forEach(({ subscriber }) => subscriber.notify(event));
  }

  private readonly type = ({ name }: Room, person: Person): void => {
    this.onTyping(name, person);
    this.exchange.announceTyping(name, person);
  };

  private readonly remove = (attendee: Attendee, room: Room): void => {
    // After the end, or twice, nothing is left to remove.
    if (this.rooms.get(room.name) !== room || !room.attendees.delete(attendee)) return;
    const { id } = attendee.visitor;
    const connections = room.connections.get(id)! - 1;
    if (connections > 0) room.connections.set(id, connections);
    else {
      room.connections.delete(id);
      this.exchange.announceLeave(room.name, id);
    }
    if (room.attendees.size > 0) return this.announce(room);
    clearTimeout(room.announcing);
    this.rooms.delete(room.name);
    this.exchange.remote.removeRoom(room.name);
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
