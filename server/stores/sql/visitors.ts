import { ANONYMOUS } from '../../identity/appearance';
import type { CredentialKind, Profile, VisitorStore } from '../../identity/visitor';
import type { SqlDatabase } from './database';
import { ensureVisitor, toInteger } from './statements';

/** Visitors. */
export class SqlVisitors implements VisitorStore {
  constructor(private readonly db: SqlDatabase) {}

  async signingKey(fresh: string): Promise<string> {
    const insert =
      "INSERT INTO settings (name, value) VALUES ('signing_key', ?) ON CONFLICT (name) DO NOTHING";
    await this.db.run([insert, fresh]);
    const read = "SELECT value FROM settings WHERE name = 'signing_key'";
    const [row] = await this.db.read<{ value: string }>(read);
    return row!.value;
  }

  async profileOf(visitor: string): Promise<Profile | undefined> {
    const [row] = await this.db.read<Profile>(
      `SELECT username, role, muted_until AS "mutedUntil", banned_until AS "bannedUntil", seen,
         ${HAS_ACCOUNT} AS account
       FROM visitors WHERE id = ?`,
      visitor,
    );
    return row && { ...row, account: Boolean(row.account) };
  }

  claim(
    visitor: string,
    username: string,
    skeleton: string | null,
    abandonedBefore: number,
    at: number,
  ): Promise<'done' | 'name_taken' | 'name_required'> {
    const isFree = `SELECT 1 WHERE NOT EXISTS (
      SELECT 1 FROM visitors WHERE skeleton = ? AND id <> ? AND NOT ${ABANDONED})`;
    const isAllowed = `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM visitors WHERE id = ? AND ${HAS_ACCOUNT})`;
    return this.db.runGuarded(
      [
        skeleton === null
          ? ['name_required', [isAllowed, visitor]]
          : ['name_taken', [isFree, skeleton, visitor, toInteger(abandonedBefore)]],
      ],
      [
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
      ],
      { type: 'change_username', visitor, username },
    );
  }

  async isTaken(skeleton: string, abandonedBefore: number): Promise<boolean> {
    const namesakes = `SELECT 1 FROM visitors WHERE skeleton = ? AND NOT ${ABANDONED}`;
    return (await this.db.read(namesakes, skeleton, toInteger(abandonedBefore))).length > 0;
  }

  recordVisit(visitor: string, at: number): Promise<void> {
    return this.db.run(['UPDATE visitors SET seen = ? WHERE id = ?', at, visitor]);
  }

  async credentialOf(
    kind: CredentialKind,
    hash: string,
  ): Promise<{ id: string; visitor: string; used: number } | undefined> {
    const sql = 'SELECT id, visitor, used FROM credentials WHERE hash = ? AND kind = ?';
    const [row] = await this.db.read<{ id: string; visitor: string; used: number }>(sql, hash, kind);
    return row;
  }

  async lastUseOf(credential: string): Promise<{ kind: CredentialKind; used: number } | undefined> {
    const sql = 'SELECT kind, used FROM credentials WHERE id = ?';
    const [row] = await this.db.read<{ kind: CredentialKind; used: number }>(sql, credential);
    return row;
  }

  recordUse(credential: string, at: number): Promise<void> {
    return this.db.run(['UPDATE credentials SET used = ? WHERE id = ?', at, credential]);
  }
}

/** The condition that a visitor has an account. */
const HAS_ACCOUNT = `(password IS NOT NULL OR EXISTS (SELECT 1 FROM passkeys WHERE visitor = visitors.id))`;
/** The condition that a visitor has no account, and was last seen before a time. */
const ABANDONED = `(seen < ? AND NOT ${HAS_ACCOUNT})`;
