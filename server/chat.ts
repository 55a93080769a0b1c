import { randomUUID } from 'node:crypto';
import type { Log } from './log';
import type { Presence } from './presence';
import type { Appended } from './store';
import type { Visitor, Visitors } from './visitor';
import type { ChangeUsername } from './wire';

/** Something to say, checked. */
export interface Saying {
  room: string;
  message: string;
  /** The writer's own UUID; without one, a repeated sending is another message. */
  id?: string | undefined;
}

/** The rules of the chat, for every transport. */
export class Chat {
  constructor(
    private readonly log: Log,
    private readonly visitors: Visitors,
    private readonly presence: Presence,
  ) {}

  /**
   * Says something in a room, under the visitor's present name.
   * @returns once it is on the disk.
   * @throws {Refusal} 409 if the id is taken by another body, 503 if it could not be stored.
   */
  async say(visitor: Visitor, { room, message, id = randomUUID() }: Saying): Promise<Appended> {
    const username = await this.visitors.usernameOf(visitor);
    return this.log.append({ room, id, visitor: visitor.id, username, message });
  }

  /** Changes a visitor's name, and tells those who are there. */
  async rename(visitor: Visitor, username: string): Promise<ChangeUsername> {
    await this.visitors.rename(visitor, username);
    const change: ChangeUsername = { type: 'change_username', visitor: visitor.id, username };
    this.presence.renamed(change);
    return change;
  }
}
