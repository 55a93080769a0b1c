import { NO_BUS, type Bus } from '../access/bus';
import { linesOf, payloadsOf } from '../access/payload';
import { newId } from '../identity/secret';
import type { Person } from '../wire';
import { RemotePeople } from './remote-people';

/** How long announcements are gathered, in ms. */
const GATHERING_DELAY = 100;
/** The interval, in ms, at which everybody is announced again: announcements may be lost, and expire. */
const REFRESH_INTERVAL = 10_000;
/** The most announcements that wait to be sent, about 2 MB. Those beyond it are made by the next refresh. */
const PENDING_MAX = 20_000;

/** The people that are connected to this node, and how it learns of the others. */
export interface LocalPresence {
  /** Returns whether somebody is connected to a room here. */
  hasRoom(room: string): boolean;
  /** Returns the people that are connected to a room here. */
  localPeople(room: string): Iterable<Person>;
  /** Returns the rooms in which somebody is connected. */
  localRooms(): Iterable<string>;
  /** People of other nodes have entered or left a room. */
  onPeopleChanged(room: string): void;
  /** A person on another node has another name. */
  onRenamed(room: string, person: Person): void;
  /** A person on another node is typing. */
  onTyping(room: string, person: Person): void;
}

/**
 * What a node announces, one in a line: a person is in a room or has left it, the node asks who is in a room, or it has
 * nobody any more.
 */
type Announcement =
  | ['here', room: string, visitor: string, username: string]
  | ['left', room: string, visitor: string]
  | ['ask', room: string]
  | ['gone'];

/** Exchanges with other nodes who is in which room, and who is typing. */
export class PresenceExchange {
  readonly remote = new RemotePeople();
  private readonly node = newId();
  /** The announcements that wait, by what they are about: the last one counts. */
  private readonly pending = new Map<string, Announcement>();
  /** The people who are typing, one in a line, each once. */
  private readonly typing = new Set<string>();
  private sending: NodeJS.Timeout | undefined;
  private refreshing: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly local: LocalPresence,
  ) {
    if (bus === NO_BUS) return;
    this.refreshing = setInterval(() => this.refresh(), REFRESH_INTERVAL).unref();
    bus.subscribe('presence', (payload) => this.receive(payload));
    bus.subscribe('typing', (payload) => {
      for (const [room, visitor, username] of linesOf(payload))
        if (room && visitor && username) local.onTyping(room, { visitor, username });
    });
    bus.onGap(() => {
      for (const room of local.localRooms()) this.ask(room);
      this.refresh();
    });
  }

  /** Announces that a person is in a room, or has another name there. */
  announce(room: string, { visitor, username }: Person): void {
    this.add(`${room} ${visitor}`, ['here', room, visitor, username]);
  }

  /** Announces that a person has left a room. */
  announceLeave(room: string, visitor: string): void {
    this.add(`${room} ${visitor}`, ['left', room, visitor]);
  }

  /** Asks the other nodes who is in a room. */
  ask(room: string): void {
    this.add(room, ['ask', room]);
  }

  /** Announces that a person is typing. */
  announceTyping(room: string, { visitor, username }: Person): void {
    if (this.typing.size < PENDING_MAX) this.typing.add(JSON.stringify([room, visitor, username]));
    this.sendSoon();
  }

  /** Tells the other nodes that nobody is connected to this one any more. */
  close(): void {
    clearInterval(this.refreshing);
    this.pending.clear();
    this.add('', ['gone']);
    this.send();
  }

  private add(key: string, announcement: Announcement): void {
    if (this.pending.size < PENDING_MAX || this.pending.has(key)) this.pending.set(key, announcement);
    this.sendSoon();
  }

  private sendSoon(): void {
    this.sending ??= setTimeout(this.send, GATHERING_DELAY).unref();
  }

  private readonly send = (): void => {
    clearTimeout(this.sending);
    this.sending = undefined;
    const announcements = [...this.pending.values()].map((line) => JSON.stringify(line));
    for (const payload of payloadsOf(announcements, JSON.stringify([this.node])))
      this.bus.publish('presence', payload);
    for (const payload of payloadsOf(this.typing)) this.bus.publish('typing', payload);
    this.pending.clear();
    this.typing.clear();
  };

  private refresh(): void {
    for (const room of this.local.localRooms()) this.announceRoom(room);
    this.remote.removeGone().forEach((room) => this.local.onPeopleChanged(room));
  }

  private announceRoom(room: string): void {
    for (const person of this.local.localPeople(room)) this.announce(room, person);
  }

  private receive(payload: string): void {
    const [[node, ...rest] = [], ...lines] = linesOf(payload);
    if (!node || rest.length > 0) return;
    const changed = new Set<string>();
    for (const [type, room, visitor, username] of lines) {
      if (type === 'gone') this.remote.removeGone(node).forEach((name) => changed.add(name));
      if (!room || !this.local.hasRoom(room)) continue;
      if (type === 'ask') this.announceRoom(room);
      if (type === 'left' && visitor && this.remote.remove(node, room, visitor)) changed.add(room);
      if (type !== 'here' || !visitor || !username) continue;
      const outcome = this.remote.add(node, room, { visitor, username });
      if (outcome === 'added') changed.add(room);
      if (outcome === 'renamed') this.local.onRenamed(room, { visitor, username });
    }
    changed.forEach((room) => this.local.onPeopleChanged(room));
  }
}
