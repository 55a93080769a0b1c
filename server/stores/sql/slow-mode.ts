import type { SlowModeStore } from '../../access/slow-mode';
import type { SqlDatabase } from './database';

/** The times of the last messages in rooms with slow mode. */
export class SqlSlowMode implements SlowModeStore {
  constructor(private readonly db: SqlDatabase) {}

  recordMessage(
    room: string,
    writer: string,
    at: number,
    interval: number,
    forgetBefore: number,
  ): Promise<'done' | 'too_soon'> {
    // A time further in the future is from before the clock was set back, and would silence its writer until then.
    const isDue = `SELECT 1 WHERE NOT EXISTS (
      SELECT 1 FROM last_messages WHERE room = ? AND writer = ? AND at > ? AND at < ?)`;
    return this.db.runGuarded(
      [['too_soon', [isDue, room, writer, at - interval, at + interval]]],
      [
        ['DELETE FROM last_messages WHERE at < ?', forgetBefore],
        [
          `INSERT INTO last_messages (room, writer, at) VALUES (?, ?, ?)
           ON CONFLICT (room, writer) DO UPDATE SET at = excluded.at`,
          room,
          writer,
          at,
        ],
      ],
    );
  }

  async lastMessage(room: string, writer: string): Promise<number | undefined> {
    const sql = 'SELECT at FROM last_messages WHERE room = ? AND writer = ?';
    const [row] = await this.db.read<{ at: number }>(sql, room, writer);
    return row?.at;
  }

  forgetMessage(room: string, writer: string, at: number): Promise<void> {
    return this.db.run([
      'DELETE FROM last_messages WHERE room = ? AND writer = ? AND at = ?',
      room,
      writer,
      at,
    ]);
  }
}
