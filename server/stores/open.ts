import type { AccountStore } from '../accounts';
import type { ContactStore } from '../contacts';
import type { BanStore } from '../door';
import type { InvitationStore } from '../invitations';
import type { ModerationStore } from '../moderation';
import type { PasskeyStore } from '../passkeys';
import type { Store } from '../store';
import type { VisitorStore } from '../visitor';
import { SqliteAccounts } from './sqlite/accounts';
import { SqliteContacts } from './sqlite/contacts';
import { openDatabase } from './sqlite/database';
import { SqliteInvitations } from './sqlite/invitations';
import { SqliteLog } from './sqlite/log';
import { SqliteModeration } from './sqlite/moderation';
import { SqliteVisitors } from './sqlite/visitors';
import { Writer } from './sqlite/writer';

/** Everything that outlives the process. */
export interface Stores {
  log: Store;
  contacts: ContactStore;
  visitors: VisitorStore;
  accounts: AccountStore & PasskeyStore;
  invitations: InvitationStore;
  moderation: ModerationStore & BanStore;
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
  return {
    log: new SqliteLog(db, writer, epoch),
    contacts: new SqliteContacts(db, writer),
    visitors: new SqliteVisitors(db, writer),
    accounts: new SqliteAccounts(db, writer),
    invitations: new SqliteInvitations(db, writer),
    moderation: new SqliteModeration(db, writer),
    close: async () => {
      await writer.close();
      close();
    },
  };
}
