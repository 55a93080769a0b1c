import { randomInt } from 'node:crypto';
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
import { setting } from './sqlite/setting';
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
 * @throws {Error} a sentence an operator can act on.
 */
export async function openStores(file: string): Promise<Stores> {
  const { db, close } = openDatabase(file);
  const writer = new Writer(file);
  return {
    log: new SqliteLog(db, writer, setting(db, 'epoch', randomInt(36 ** 5).toString(36))),
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
