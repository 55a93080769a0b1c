import type Database from 'better-sqlite3';
import { ANONYMOUS } from '../../identity/appearance';
import type { CredentialKind, Profile, VisitorStore } from '../../identity/visitor';
import type { Role } from '../../wire';
import type { SqliteControl } from './control';
import { setting } from './setting';
import { ensureVisitor } from './statements';
import type { Writer } from './writer';

interface Row {
  username: string;
  role: Role;
  account: 0 | 1;
  mutedUntil: number;
  bannedUntil: number;
  seen: number;
}

/** Visitors in SQLite. */
export class SqliteVisitors implements VisitorStore {
  private readonly readProfile;
  private readonly readCredential;
  private readonly readLastUse;
  private readonly readNamesake;

  constructor(
    private readonly db: Database.Database,
    private readonly writer: Writer,
    private readonly control: SqliteControl,
  ) {
    this.readProfile = db.prepare<[string], Row>(
      `SELECT username, role, muted_until AS mutedUntil, banned_until AS bannedUntil, seen,
         ${HAS_ACCOUNT} AS account
       FROM visitors WHERE id = ?`,
    );
    this.readCredential = db.prepare<[string, string], { id: string; visitor: string; used: number }>(
      'SELECT id, visitor, used FROM credentials WHERE hash = ? AND kind = ?',
    );
    this.readLastUse = db.prepare<[string], { kind: CredentialKind; used: number }>(
      'SELECT kind, used FROM credentials WHERE id = ?',
    );
    this.readNamesake = db
      .prepare<[string, number], 1>(`SELECT 1 FROM visitors WHERE skeleton = ? AND NOT ${ABANDONED}`)
      .pluck();
  }

  async signingKey(fresh: string): Promise<string> {
    return setting(this.db, 'signing_key', fresh);
  }

  async profileOf(visitor: string): Promise<Profile | undefined> {
    const row = this.readProfile.get(visitor);
    return row && { ...row, account: row.account === 1 };
  }

  async claim(
    visitor: string,
    username: string,
    skeleton: string | null,
    abandonedBefore: number,
    at: number,
  ): Promise<'done' | 'name_taken' | 'name_required'> {
    const isFree = `SELECT 1 WHERE NOT EXISTS (
      SELECT 1 FROM visitors WHERE skeleton = ? AND id <> ? AND NOT ${ABANDONED})`;
    const isAllowed = `SELECT 1 WHERE ? IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM visitors WHERE id = ? AND ${HAS_ACCOUNT})`;
    const outcome = await this.writer.runGuarded(
      [
        ['name_required', [isAllowed, skeleton, visitor]],
        ['name_taken', [isFree, skeleton, visitor, abandonedBefore]],
      ],
      ensureVisitor(visitor, at),
      [
        `UPDATE visitors SET username = '${ANONYMOUS}', skeleton = NULL WHERE skeleton = ? AND id <> ?`,
        skeleton,
        visitor,
      ],
      [
        'UPDATE visitors SET username = ?, skeleton = ?, seen = ? WHERE id = ?',
        username,
        skeleton,
        at,
        visitor,
      ],
    );
    if (outcome === 'done') await this.control.announce({ type: 'change_username', visitor, username });
    return outcome;
  }

  async isTaken(skeleton: string, abandonedBefore: number): Promise<boolean> {
    return this.readNamesake.get(skeleton, abandonedBefore) === 1;
  }

  async recordVisit(visitor: string, at: number): Promise<void> {
    await this.writer.run(['UPDATE visitors SET seen = ? WHERE id = ?', at, visitor]);
  }

  async credentialOf(
    kind: CredentialKind,
    hash: string,
  ): Promise<{ id: string; visitor: string; used: number } | undefined> {
    return this.readCredential.get(hash, kind);
  }

  async lastUseOf(credential: string): Promise<{ kind: CredentialKind; used: number } | undefined> {
    return this.readLastUse.get(credential);
  }

  async recordUse(credential: string, at: number): Promise<void> {
    await this.writer.run(['UPDATE credentials SET used = ? WHERE id = ?', at, credential]);
  }
}

/** The condition that a visitor has an account. */
const HAS_ACCOUNT = `(password IS NOT NULL OR EXISTS (SELECT 1 FROM passkeys WHERE visitor = visitors.id))`;
/** The condition that a visitor has no account, and was last seen before a time. */
const ABANDONED = `(seen < ? AND NOT ${HAS_ACCOUNT})`;
