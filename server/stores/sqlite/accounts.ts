import type Database from 'better-sqlite3';
import type { AccountStore, Grant, NewGrant } from '../../accounts';
import type { Passkey, PasskeyStore } from '../../passkeys';
import type { Statement, Writer } from './writer';

type Stored = Omit<Passkey, 'transports'> & { transports: string };

const PASSKEY = 'SELECT id, visitor, public_key AS publicKey, counter, transports, at FROM passkeys';

/** Accounts and their passkeys, in SQLite. */
export class SqliteAccounts implements AccountStore, PasskeyStore {
  private readonly readPassword;
  private readonly readVisitor;
  private readonly readGrants;
  private readonly readPasskey;
  private readonly readPasskeys;

  constructor(
    db: Database.Database,
    private readonly writer: Writer,
  ) {
    this.readPassword = db
      .prepare<[string], string | null>('SELECT password FROM visitors WHERE id = ?')
      .pluck();
    this.readVisitor = db.prepare<[string], string>('SELECT id FROM visitors WHERE skeleton = ?').pluck();
    this.readGrants = db.prepare<[string], Grant>(
      'SELECT id, kind, label, at, used FROM grants WHERE visitor = ? ORDER BY at, id',
    );
    this.readPasskey = db.prepare<[string], Stored>(`${PASSKEY} WHERE id = ?`);
    this.readPasskeys = db.prepare<[string], Stored>(`${PASSKEY} WHERE visitor = ? ORDER BY at, id`);
  }

  async passwordOf(visitor: string): Promise<string | undefined> {
    return this.readPassword.get(visitor) ?? undefined;
  }

  async setPassword(visitor: string, hash: string, session?: NewGrant): Promise<void> {
    await this.writer.run(
      ['UPDATE visitors SET password = ? WHERE id = ?', hash, visitor],
      ...(session ? [added(visitor, session)] : []),
    );
  }

  async visitorOf(skeleton: string): Promise<string | undefined> {
    return this.readVisitor.get(skeleton);
  }

  async addGrant(visitor: string, grant: NewGrant): Promise<void> {
    await this.writer.run(added(visitor, grant));
  }

  async grantsOf(visitor: string): Promise<Grant[]> {
    return this.readGrants.all(visitor);
  }

  async endGrant(visitor: string, id: string): Promise<boolean> {
    const [ended] = await this.writer.run(['DELETE FROM grants WHERE id = ? AND visitor = ?', id, visitor]);
    return ended === 1;
  }

  async addPasskey({ id, visitor, publicKey, counter, transports, at }: Passkey): Promise<void> {
    await this.writer.run([
      'INSERT INTO passkeys (id, visitor, public_key, counter, transports, at) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      visitor,
      publicKey,
      counter,
      JSON.stringify(transports),
      at,
    ]);
  }

  async passkey(id: string): Promise<Passkey | undefined> {
    const row = this.readPasskey.get(id);
    return row && passkeyOf(row);
  }

  async passkeysOf(visitor: string): Promise<Passkey[]> {
    return this.readPasskeys.all(visitor).map(passkeyOf);
  }

  async removePasskey(visitor: string, id: string): Promise<boolean> {
    const [removed] = await this.writer.run([
      `DELETE FROM passkeys WHERE id = ? AND visitor = ? AND
         (EXISTS (SELECT 1 FROM visitors WHERE id = passkeys.visitor AND password IS NOT NULL)
          OR (SELECT count(*) FROM passkeys AS other WHERE other.visitor = passkeys.visitor) > 1)`,
      id,
      visitor,
    ]);
    return removed === 1;
  }

  async countPasskey(id: string, counter: number): Promise<void> {
    await this.writer.run(['UPDATE passkeys SET counter = ? WHERE id = ?', counter, id]);
  }
}

function added(visitor: string, { id, kind, hash, label, at, used }: NewGrant): Statement {
  return [
    'INSERT INTO grants (id, kind, hash, visitor, label, at, used) VALUES (?, ?, ?, ?, ?, ?, ?)',
    id,
    kind,
    hash,
    visitor,
    label,
    at,
    used,
  ];
}

function passkeyOf(row: Stored): Passkey {
  return { ...row, transports: JSON.parse(row.transports) as Passkey['transports'] };
}
