import type { BanStore } from '../access/access-control';
import type { ControlChannel } from '../access/control-channel';
import type { AccountStore } from '../accounts/account-store';
import type { InvitationStore } from '../accounts/invitations';
import type { PasskeyStore } from '../accounts/passkey-store';
import type { ContactStore } from '../chat/contacts';
import type { ModerationStore } from '../chat/moderation-store';
import type { VisitorStore } from '../identity/visitor';
import type { Store } from '../log/store';
import { SqliteAccounts } from './sqlite/accounts';
import { SqliteContacts } from './sqlite/contacts';
import { SqliteControl } from './sqlite/control';
import { openDatabase } from './sqlite/database';
import { SqliteInvitations } from './sqlite/invitations';
import { SqliteLog } from './sqlite/log';
import { SqliteModeration } from './sqlite/moderation';
import { SqlitePasskeys } from './sqlite/passkeys';
import { SqliteVisitors } from './sqlite/visitors';
import { Writer } from './sqlite/writer';

/**
 * Everything that outlives the process. What holds for each of these stores:
 *
 * - A write checks its conditions and makes its changes in one transaction. It returns `done` once they are durable and
 *   subscribers to the control channel have handled them; any other outcome names the first condition that failed, and
 *   nothing is changed.
 * - A write that throws may have been committed or not.
 * - A read returns one committed state: at least what writes that have returned had stored.
 * - A store has no clock: the time is an argument.
 */
export interface Stores {
  log: Store;
  contacts: ContactStore;
  visitors: VisitorStore;
  accounts: AccountStore;
  passkeys: PasskeyStore;
  invitations: InvitationStore;
  moderation: ModerationStore & BanStore;
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
  const writer = new Writer(db.name);
  const control = new SqliteControl();
  return {
    log: new SqliteLog(db, writer, epoch),
    contacts: new SqliteContacts(db, writer, control),
    visitors: new SqliteVisitors(db, writer, control),
    accounts: new SqliteAccounts(db, writer, control),
    passkeys: new SqlitePasskeys(db, writer, control),
    invitations: new SqliteInvitations(db, writer, control),
    moderation: new SqliteModeration(db, writer, control),
    control,
    close: async () => {
      await writer.close();
      close();
    },
  };
}
