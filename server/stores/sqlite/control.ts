import type { Change, ControlChannel } from '../../access/control-channel';

/** The control channel of a database that belongs to one process: it announces that process's own commits. */
export class SqliteControl implements ControlChannel {
  private readonly handlers: ((change: Change) => void | Promise<void>)[] = [];

  onChange(handle: (change: Change) => void | Promise<void>): void {
    this.handlers.push(handle);
  }

  onMissed(): void {
    // A process misses none of its own.
  }

  /** Announces a committed change. @returns when all subscribers have handled it. */
  async announce(change: Change): Promise<void> {
    await Promise.all(this.handlers.map(async (handle) => handle(change)));
  }
}
