import type { Person } from '../wire';

/** The most people of other nodes that are remembered, each once per room and node, about 8 MB. Others are not counted. */
const REMOTE_PEOPLE_MAX = 20_000;
/** How long a person is remembered without being announced again, in ms: a node that dies leaves nobody for longer. */
const LIFETIME = 25_000;

interface RemotePerson extends Person {
  node: string;
  /** In ms, on the clock of `performance.now()`. */
  expires: number;
}

/** The people whose connections are on other nodes, in the rooms in which somebody is connected to this one. */
export class RemotePeople {
  /** By room, then by node and visitor. */
  private readonly rooms = new Map<string, Map<string, RemotePerson>>();
  private size = 0;

  /** Remembers a person. @returns whether it is new there, has another name, or neither. */
  add(node: string, room: string, { visitor, username }: Person): 'added' | 'renamed' | 'known' {
    const key = `${node} ${visitor}`;
    const known = this.rooms.get(room)?.get(key);
    const expires = performance.now() + LIFETIME;
    if (known) {
      const isRenamed = known.username !== username;
      Object.assign(known, { username, expires });
      return isRenamed ? 'renamed' : 'known';
    }
    if (this.size >= REMOTE_PEOPLE_MAX) return 'known';
    let people = this.rooms.get(room);
    if (!people) this.rooms.set(room, (people = new Map<string, RemotePerson>()));
    people.set(key, { node, visitor, username, expires });
    this.size += 1;
    return 'added';
  }

  /** Forgets a person. @returns whether it was there. */
  remove(node: string, room: string, visitor: string): boolean {
    const people = this.rooms.get(room);
    if (!people?.delete(`${node} ${visitor}`)) return false;
    this.size -= 1;
    if (people.size === 0) this.rooms.delete(room);
    return true;
  }

  /** Forgets a room, once nobody is connected to it here. */
  removeRoom(room: string): void {
    this.removeWhere(room, () => true);
  }

  /** Forgets the people of a node, and those that were not announced again in time. @returns their rooms. */
  removeGone(node?: string): string[] {
    const now = performance.now();
    return [...this.rooms.keys()].filter((room) =>
      this.removeWhere(room, (person) => person.node === node || person.expires < now),
    );
  }

  /** Renames a person in all rooms. @returns the rooms in which it had another name. */
  rename({ visitor, username }: Person): string[] {
    return [...this.rooms].flatMap(([room, people]) => {
      const renamed = [...people.values()].filter(
        (person) => person.visitor === visitor && person.username !== username,
      );
      renamed.forEach((person) => (person.username = username));
      return renamed.length > 0 ? [room] : [];
    });
  }

  /** Returns the people in a room; one that is connected to several nodes may be there several times. */
  in(room: string): Iterable<Person> {
    return this.rooms.get(room)?.values() ?? [];
  }

  private removeWhere(room: string, isGone: (person: RemotePerson) => boolean): boolean {
    const people = this.rooms.get(room);
    if (!people) return false;
    const before = people.size;
    for (const [key, person] of people) if (isGone(person)) people.delete(key);
    this.size -= before - people.size;
    if (people.size === 0) this.rooms.delete(room);
    return people.size < before;
  }
}
