import type { BanStore } from '../access/access-control';
import type { Database } from '../access/availability';
import type { SlowModeStore } from '../access/slow-mode';
import type { ControlChannel } from '../access/control-channel';
import type { AccountStore } from '../accounts/account-store';
import type { InvitationStore } from '../accounts/invitations';
import type { PasskeyStore } from '../accounts/passkey-store';
import type { ContactStore } from '../chat/contacts';
import type { ModerationStore } from '../chat/moderation-store';
import type { VisitorStore } from '../identity/visitor';
import type { Store } from '../log/store';
import { SqlAccounts } from './sql/accounts';
import { SqlContacts } from './sql/contacts';
import { SqlInvitations } from './sql/invitations';
import { SqlModeration } from './sql/moderation';
import { SqlPasskeys } from './sql/passkeys';
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
  control: ControlChannel;
  close(): Promise<void>;
}

/**
 * Opens the stores on a SQLite file.
 * @param restored the file is a copy from another time, such as a backup: its history gets a new epoch.
 * @throws {Error} a sentence an operator can act on.
 */
export async function openStores(file: string, restored = false): Promise<Stores> {
  const { db, epoch, close } = openDatabase(file, restored);
  const countCommits = db.prepare('SELECT count FROM commits');
  const writer = new Writer(db.name);
  const control = new SqliteControl();
  const sql = new SqliteDatabase(db, writer, control);
  return {
    log: new SqliteLog(db, writer, epoch),
    contacts: new SqlContacts(sql),
    visitors: new SqlVisitors(sql),
    accounts: new SqlAccounts(sql),
    passkeys: new SqlPasskeys(sql),
    invitations: new SqlInvitations(sql),
    moderation: new SqlModeration(sql),
    slowMode: new SqlSlowMode(sql),
    control,
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
