import { ANONYMOUS } from '../../identity/appearance';
import type { CredentialKind, Profile, VisitorStore } from '../../identity/visitor';
import type { Guard, SqlDatabase, Statement } from './database';
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
    const isAllowed = `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM visitors WHERE id = ? AND ${HAS_ACCOUNT})`;
    return this.db.runGuarded(
      [
        skeleton === null
          ? ['name_required', [isAllowed, visitor]]
          : expectFree(visitor, skeleton, abandonedBefore, at),
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

  reserveName(
    visitor: string,
    skeleton: string | null,
    node: string,
    abandonedBefore: number,
    at: number,
    until: number,
  ): Promise<'done' | 'name_taken'> {
    return this.db.runGuarded(skeleton === null ? [] : [expectFree(visitor, skeleton, abandonedBefore, at)], [
      ['DELETE FROM transient_names WHERE visitor = ?', visitor],
      ...(skeleton === null ? [] : [reserve(skeleton, visitor, node, until)]),
    ]);
  }

  renewNames(node: string, at: number, until: number): Promise<void> {
    return this.db.run(
      ['UPDATE transient_names SET until = ? WHERE node = ?', until, node],
      ['DELETE FROM transient_names WHERE until < ?', at],
    );
  }

  releaseName(visitor: string): Promise<void> {
    return this.db.run(['DELETE FROM transient_names WHERE visitor = ?', visitor]);
  }

  releaseNames(node: string): Promise<void> {
    return this.db.run(['DELETE FROM transient_names WHERE node = ?', node]);
  }

  async isTaken(skeleton: string, abandonedBefore: number, at: number): Promise<boolean> {
    const [, [sql, ...values]] = expectFree('', skeleton, abandonedBefore, at);
    return (await this.db.read(sql, ...values)).length === 0;
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

/** Requires that no other visitor has a name with this skeleton, persistent or not. */
function expectFree(
  visitor: string,
  skeleton: string,
  abandonedBefore: number,
  at: number,
): Guard<'name_taken'> {
  const isFree = `SELECT 1
    WHERE NOT EXISTS (SELECT 1 FROM visitors WHERE skeleton = ? AND id <> ? AND NOT ${ABANDONED})
    AND NOT EXISTS (SELECT 1 FROM transient_names WHERE skeleton = ? AND visitor <> ? AND until > ?)`;
  return ['name_taken', [isFree, skeleton, visitor, toInteger(abandonedBefore), skeleton, visitor, at]];
}

function reserve(skeleton: string, visitor: string, node: string, until: number): Statement {
  return [
    `INSERT INTO transient_names (skeleton, visitor, node, until) VALUES (?, ?, ?, ?)
     ON CONFLICT (skeleton) DO UPDATE SET visitor = excluded.visitor, node = excluded.node, until = excluded.until`,
    skeleton,
    visitor,
    node,
    until,
  ];
}
