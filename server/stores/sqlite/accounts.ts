import type Database from 'better-sqlite3';
import type { AccountStore, SessionLimits } from '../../accounts/account-store';
import type { Credential, NewCredential } from '../../accounts/credential';
import type { Statement } from '../sql/database';
import type { SqliteControl } from './control';
import { insertSession, deleteCredentials, expectName, insertCredential } from './statements';
import type { Writer } from './writer';

/** The passwords and credentials of accounts, in SQLite. */
export class SqliteAccounts implements AccountStore {
  private readonly readPassword;
  private readonly readVisitor;
  private readonly readCredentials;

  constructor(
    db: Database.Database,
    private readonly writer: Writer,
    private readonly control: SqliteControl,
  ) {
    this.readPassword = db
      .prepare<[string], string | null>('SELECT password FROM visitors WHERE id = ?')
      .pluck();
    this.readVisitor = db.prepare<[string], string>('SELECT id FROM visitors WHERE skeleton = ?').pluck();
    this.readCredentials = db.prepare<[string, number], Credential>(
      `SELECT id, kind, label, at, used FROM credentials
       WHERE visitor = ? AND (kind <> 'session' OR used >= ?) ORDER BY at, id`,
    );
  }

  async passwordOf(visitor: string): Promise<string | undefined> {
    return this.readPassword.get(visitor) ?? undefined;
  }

  async setPassword(
    visitor: string,
    previousHash: string | undefined,
    hash: string,
    session?: NewCredential,
    remainingSession?: string,
  ): Promise<'done' | 'name_missing' | 'password_changed'> {
    const changing = this.writer.runGuarded(
      [
        expectName(visitor),
        [
          'password_changed',
          ['SELECT 1 FROM visitors WHERE id = ? AND password IS ?', visitor, previousHash ?? null],
        ],
      ],
      ['UPDATE visitors SET password = ? WHERE id = ?', hash, visitor],
      ...(session ? [insertCredential(visitor, session)] : []),
      ...(remainingSession
        ? [deleteCredentials("visitor = ? AND kind = 'session' AND id <> ?", visitor, remainingSession)]
        : []),
    );
    return this.control.announceAccess(changing, visitor);
  }

  async visitorOf(skeleton: string): Promise<string | undefined> {
    return this.readVisitor.get(skeleton);
  }

  async addSession(
    visitor: string,
    session: NewCredential,
    limits: SessionLimits,
    password: string,
  ): Promise<'done' | 'password_changed'> {
    const samePassword = 'SELECT 1 FROM visitors WHERE id = ? AND password = ?';
    const adding = this.writer.runGuarded(
      [['password_changed', [samePassword, visitor, password]]],
      ...insertSession(limits, visitor, session),
    );
    return this.control.announceAccess(adding, visitor);
  }

  async addToken(visitor: string, token: NewCredential, max: number): Promise<'done' | 'limit_reached'> {
    const tokens = `SELECT count(*) FROM credentials WHERE visitor = ? AND kind = 'token'`;
    const fits: Statement = [`SELECT 1 WHERE (${tokens}) < ?`, visitor, max];
    return this.writer.runGuarded([['limit_reached', fits]], insertCredential(visitor, token));
  }

  async credentialsOf(visitor: string, expiredBefore: number): Promise<Credential[]> {
    return this.readCredentials.all(visitor, expiredBefore);
  }

  async revokeCredential(visitor: string, id: string): Promise<'done' | 'not_found'> {
    const revoking = this.writer.runGuarded(
      [['not_found', ['SELECT 1 FROM credentials WHERE id = ? AND visitor = ?', id, visitor]]],
      deleteCredentials('id = ?', id),
    );
    return this.control.announceAccess(revoking, visitor);
  }
}
