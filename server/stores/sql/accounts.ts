import type { AccountStore, SessionLimits } from '../../accounts/account-store';
import type { Credential, NewCredential } from '../../accounts/credential';
import type { SqlDatabase } from './database';
import { accessOf, deleteCredentials, expectName, insertCredential, insertSession } from './statements';

/** The passwords and credentials of accounts. */
export class SqlAccounts implements AccountStore {
  constructor(private readonly db: SqlDatabase) {}

  async passwordOf(visitor: string): Promise<string | undefined> {
    const sql = 'SELECT password FROM visitors WHERE id = ?';
    const [row] = await this.db.read<{ password: string | null }>(sql, visitor);
    return row?.password ?? undefined;
  }

  setPassword(
    visitor: string,
    previousHash: string | undefined,
    hash: string,
    session?: NewCredential,
    remainingSession?: string,
  ): Promise<'done' | 'name_missing' | 'password_changed'> {
    const samePassword = 'SELECT 1 FROM visitors WHERE id = ? AND password IS NOT DISTINCT FROM ?';
    return this.db.runGuarded(
      [expectName(visitor), ['password_changed', [samePassword, visitor, previousHash ?? null]]],
      [
        ['UPDATE visitors SET password = ? WHERE id = ?', hash, visitor],
        ...(session ? [insertCredential(visitor, session)] : []),
        ...(remainingSession
          ? [deleteCredentials("visitor = ? AND kind = 'session' AND id <> ?", visitor, remainingSession)]
          : []),
      ],
      accessOf(visitor),
    );
  }

  async visitorOf(skeleton: string): Promise<string | undefined> {
    const sql = 'SELECT id FROM visitors WHERE skeleton = ?';
    const [row] = await this.db.read<{ id: string }>(sql, skeleton);
    return row?.id;
  }

  addSession(
    visitor: string,
    session: NewCredential,
    limits: SessionLimits,
    password: string,
  ): Promise<'done' | 'password_changed'> {
    const samePassword = 'SELECT 1 FROM visitors WHERE id = ? AND password = ?';
    return this.db.runGuarded(
      [['password_changed', [samePassword, visitor, password]]],
      insertSession(limits, visitor, session),
      accessOf(visitor),
    );
  }

  addToken(visitor: string, token: NewCredential, max: number): Promise<'done' | 'limit_reached'> {
    const tokens = "SELECT count(*) FROM credentials WHERE visitor = ? AND kind = 'token'";
    return this.db.runGuarded(
      [['limit_reached', [`SELECT 1 WHERE (${tokens}) < ?`, visitor, max]]],
      [insertCredential(visitor, token)],
    );
  }

  credentialsOf(visitor: string, expiredBefore: number): Promise<Credential[]> {
    return this.db.read(
      `SELECT id, kind, label, at, used FROM credentials
       WHERE visitor = ? AND (kind <> 'session' OR used >= ?) ORDER BY at, id`,
      visitor,
      expiredBefore,
    );
  }

  revokeCredential(visitor: string, id: string): Promise<'done' | 'not_found'> {
    return this.db.runGuarded(
      [['not_found', ['SELECT 1 FROM credentials WHERE id = ? AND visitor = ?', id, visitor]]],
      [deleteCredentials('id = ?', id)],
      accessOf(visitor),
    );
  }
}
