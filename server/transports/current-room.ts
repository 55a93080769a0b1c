import type { Connection } from '../access/connection';
import type { AuthorizedRoom } from '../access/room-access';
import type { Attendance } from '../chat/attendee';
import type { Pacer, Subscription } from '../log/follower';
import type { Reading } from '../validation/messages';
import type { Cursor } from '../wire';
import type { Outlet } from './outlet';
import type { Services } from './services';

const RESOLVED = Promise.resolve();

/** The room that a connection reads and is present in. */
export class CurrentRoom {
  name: AuthorizedRoom | undefined;
  private attendance: Attendance | undefined;
  private subscription: Subscription | undefined;
  private isClosed = false;
  /** Settles with the last {@link join}. */
  private joining: Promise<unknown> = RESOLVED;

  constructor(
    private readonly services: Services,
    private readonly session: Connection & Pacer,
    private readonly outlet: Outlet,
  ) {}

  /** Reads a room from a cursor on, until {@link close} or {@link join}. */
  enter(room: AuthorizedRoom, cursor: Cursor): void {
    if (this.isClosed) return;
    this.name = room;
    const { access, presence, log } = this.services;
    this.attendance = presence.join(room, this.session.visitor, this.outlet);
    this.subscription = log.follow(room, cursor, this.outlet, this.session);
    access.enterRoom(this.session);
  }

  /** Leaves the room, and enters another. Joins run one after the other. */
  join(reading: Reading): Promise<{ room: string; cursor: Cursor }> {
    const joined = this.joining.then(() => this.switch(reading));
    this.joining = joined.catch(() => undefined);
    return joined;
  }

  /** Waits for the last join, which itself waits while the reader stalls. */
  async joined(): Promise<void> {
    await this.joining;
  }

  /** Tells the others in the room that this visitor is writing. */
  announceTyping(): void {
    this.attendance?.typing();
  }

  /** Leaves the room, and enters no other. */
  close(): void {
    this.isClosed = true;
    this.leave();
  }

  private async switch({ room: name, ...start }: Reading): Promise<{ room: string; cursor: Cursor }> {
    const { visitor } = this.session;
    const { scheduler, rooms, log, visitors } = this.services;
    // Otherwise a client that sends one join after the other would monopolize the event loop.
    await scheduler.wait(visitor.address);
    const room = await rooms.authorize(visitor, name);
    const cursor = await log.start(room, start);
    ({ username: visitor.username } = await visitors.profileOf(visitor));
    this.leave();
    // The next page may only be written after the last one.
    await this.subscription?.writing;
    this.enter(room, cursor);
    return { room, cursor };
  }

  private leave(): void {
    this.attendance?.leave();
    this.attendance = undefined;
    this.subscription?.stop();
  }
}
