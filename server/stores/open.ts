import type { BanStore } from '../access/access-control';
import type { Database } from '../access/availability';
import { NO_BUS, type Bus } from '../access/bus';
import type { ControlChannel } from '../access/control-channel';
import type { SlowModeStore } from '../access/slow-mode';
import type { AccountStore } from '../accounts/account-store';
import type { InvitationStore } from '../accounts/invitations';
import type { PasskeyStore } from '../accounts/passkey-store';
import type { ContactStore } from '../chat/contacts';
import type { MembershipStore } from '../chat/member-store';
import type { ModerationStore } from '../chat/moderation-store';
import type { RoomStore } from '../chat/room-store';
import type { DatabaseSettings } from '../config/config';
import type { VisitorStore } from '../identity/visitor';
import type { Store } from '../log/store';
import { describeUrl } from './postgres/explain';
import { openPostgres } from './postgres/open';
import { SqlAccounts } from './sql/accounts';
import { SqlContacts } from './sql/contacts';
import type { SqlDatabase } from './sql/database';
import { SqlInvitations } from './sql/invitations';
import { SqlMembers } from './sql/members';
import { SqlModeration } from './sql/moderation';
import { SqlPasskeys } from './sql/passkeys';
import { SqlRooms } from './sql/rooms';
import { SqlSlowMode } from './sql/slow-mode';
import { SqlVisitors } from './sql/visitors';
import { SqliteControl } from './sqlite/control';
import { openDatabase } from './sqlite/database';
import { SqliteLog } from './sqlite/log';
import { SqliteDatabase } from './sqlite/sql-database';
import { Writer } from './sqlite/writer';

/**
 * Everything that outlives the process. What holds for each of these stores:
 *
 * - A write checks its conditions and makes its changes in one transaction. It returns `done` once they are durable and
 *   subscribers to the control channel have handled them; any other outcome names the first condition that failed, and
 *   nothing is changed.
 * - A write that throws may have been committed or not.
 * - A call that fails because the database can't be reached or written to just now throws `unavailable` (./unavailable.ts).
 * - A read returns one committed state: at least what writes that have returned had stored.
 * - A store has no clock: the time is an argument.
 */
export interface Stores extends Database {
  log: Store;
  contacts: ContactStore;
  visitors: VisitorStore;
  accounts: AccountStore;
  passkeys: PasskeyStore;
  invitations: InvitationStore;
  moderation: ModerationStore & BanStore;
  slowMode: SlowModeStore;
  rooms: RoomStore;
  members: MembershipStore;
  control: ControlChannel;
  /** Reaches the other processes on the same database. */
  bus: Bus;
  close(): Promise<void>;
}

/**
 * Opens the stores.
 * @param database where they are; a path is that of a SQLite file.
 * @throws {Error} a sentence an operator can act on.
 */
export async function openStores(database: DatabaseSettings | string): Promise<Stores> {
  if (typeof database === 'string') return openSqlite(database);
  if ('file' in database) return openSqlite(database.file);
  const { sql, ...opened } = await openPostgres(database);
  return { ...opened, ...sqlStores(sql) };
}

/** Returns where the data is, for people, without a password. */
export function describeDatabase(database: DatabaseSettings): string {
  return 'file' in database ? database.file : describeUrl(database.url);
}

async function openSqlite(file: string): Promise<Stores> {
  const { db, epoch, close } = openDatabase(file);
  const countCommits = db.prepare('SELECT count FROM commits');
  const writer = new Writer(db.name);
  const control = new SqliteControl();
  return {
    log: new SqliteLog(db, writer, epoch),
    ...sqlStores(new SqliteDatabase(db, writer, control)),
    control,
    bus: NO_BUS,
    ping: async () => {
      countCommits.get();
      await writer.ping();
    },
    close: async () => {
      await writer.close();
      close();
    },
  };
}

function sqlStores(sql: SqlDatabase): Omit<Stores, 'log' | 'control' | 'bus' | 'ping' | 'close'> {
  return {
    contacts: new SqlContacts(sql),
    visitors: new SqlVisitors(sql),
    accounts: new SqlAccounts(sql),
    passkeys: new SqlPasskeys(sql),
    invitations: new SqlInvitations(sql),
    moderation: new SqlModeration(sql),
    slowMode: new SqlSlowMode(sql),
    rooms: new SqlRooms(sql),
    members: new SqlMembers(sql),
  };
}
