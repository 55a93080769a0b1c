import type Database from 'better-sqlite3';
import type { AccountStore } from '../../accounts/accounts';
import type { Credential, NewCredential } from '../../accounts/credential';
import type { Passkey, PasskeyStore, Spent } from '../../accounts/passkeys';
import { SESSION_AGE } from '../../identity/cookies';
import type { SqliteControl } from './control';
import type { Statement, Writer } from './writer';

type Stored = Omit<Passkey, 'transports'> & { transports: string };

const PASSKEY = 'SELECT id, visitor, public_key AS publicKey, counter, transports, at FROM passkeys';

/** Accounts and their passkeys, in SQLite. */
export class SqliteAccounts implements AccountStore, PasskeyStore {
  private readonly readPassword;
  private readonly readVisitor;
  private readonly readCredentials;
  private readonly readPasskey;
  private readonly readPasskeys;

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
    this.readPasskey = db.prepare<[string], Stored>(`${PASSKEY} WHERE id = ?`);
    this.readPasskeys = db.prepare<[string], Stored>(`${PASSKEY} WHERE visitor = ? ORDER BY at, id`);
  }

  async passwordOf(visitor: string): Promise<string | undefined> {
    return this.readPassword.get(visitor) ?? undefined;
  }

  async setPassword(
    visitor: string,
    before: string | undefined,
    hash: string,
    session?: NewCredential,
    only?: string,
  ): Promise<boolean> {
    const changed = this.writer.runIf(
      ['SELECT 1 FROM visitors WHERE id = ? AND password IS ?', visitor, before ?? null],
      ['UPDATE visitors SET password = ? WHERE id = ?', hash, visitor],
      ...(session ? [added(visitor, session)] : []),
      ...(only ? [ended("visitor = ? AND kind = 'session' AND id <> ?", visitor, only)] : []),
    );
    return (await this.control.announceAccess(changed, visitor)) !== undefined;
  }

  async visitorOf(skeleton: string): Promise<string | undefined> {
    return this.readVisitor.get(skeleton);
  }

  async addSession(
    visitor: string,
    session: NewCredential,
    most: number,
    password?: string,
  ): Promise<boolean> {
    const newest = `SELECT id FROM credentials WHERE visitor = ? AND kind = 'session' ORDER BY used DESC, at DESC LIMIT ?`;
    const adding = this.writer.runIf(
      password === undefined
        ? ['SELECT 1']
        : ['SELECT 1 FROM visitors WHERE id = ? AND password = ?', visitor, password],
      ended("visitor = ? AND kind = 'session' AND used < ?", visitor, expiry()),
      // Before the new one is there: made in the same millisecond as others, it would be as old as they are.
      ended(`visitor = ? AND kind = 'session' AND id NOT IN (${newest})`, visitor, visitor, most - 1),
      added(visitor, session),
    );
    return (await this.control.announceAccess(adding, visitor)) !== undefined;
  }

  async addToken(visitor: string, token: NewCredential, most: number): Promise<boolean> {
    const tokens = `SELECT count(*) FROM credentials WHERE visitor = ? AND kind = 'token'`;
    return (
      (await this.writer.runIf([`SELECT 1 WHERE (${tokens}) < ?`, visitor, most], added(visitor, token))) !==
      undefined
    );
  }

  async credentialsOf(visitor: string): Promise<Credential[]> {
    return this.readCredentials.all(visitor, expiry());
  }

  async revokeCredential(visitor: string, id: string): Promise<boolean> {
    const ending = this.writer.run(ended('id = ? AND visitor = ?', id, visitor));
    const [count] = await this.control.announceAccess(ending, visitor);
    return count === 1;
  }

  async addPasskey(
    { id, visitor, publicKey, counter, transports, at }: Passkey,
    spent: Spent,
    most: number,
    session?: NewCredential,
  ): Promise<boolean | undefined> {
    const before = spending(spent);
    const adding = this.writer.runIf(
      unspent(spent),
      ...before,
      [
        `INSERT OR IGNORE INTO passkeys (id, visitor, public_key, counter, transports, at)
         SELECT ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM passkeys WHERE visitor = ?) < ?`,
        id,
        visitor,
        publicKey,
        counter,
        JSON.stringify(transports),
        at,
        visitor,
        most,
      ],
      // Only if the passkey was added.
      ...(session ? [added(visitor, session, 'changes() = 1')] : []),
    );
    const changes = await this.control.announceAccess(adding, visitor);
    return changes && changes[before.length] === 1;
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

  async countPasskey(id: string, counter: number, spent: Spent): Promise<boolean> {
    const changes = await this.writer.runIf(unspent(spent), ...spending(spent), [
      'UPDATE passkeys SET counter = ? WHERE id = ?',
      counter,
      id,
    ]);
    return changes !== undefined;
  }
}

function unspent({ challenge }: Spent): Statement {
  return ['SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM spent_challenges WHERE challenge = ?)', challenge];
}

function spending({ challenge, until }: Spent): Statement[] {
  return [
    ['DELETE FROM spent_challenges WHERE until < ?', Date.now()],
    ['INSERT INTO spent_challenges (challenge, until) VALUES (?, ?)', challenge, until],
  ];
}

function added(
  visitor: string,
  { id, kind, hash, label, at, used }: NewCredential,
  condition = 'TRUE',
): Statement {
  return [
    `INSERT INTO credentials (id, kind, hash, visitor, label, at, used) SELECT ?, ?, ?, ?, ?, ?, ? WHERE ${condition}`,
    id,
    kind,
    hash,
    visitor,
    label,
    at,
    used,
  ];
}

function ended(which: string, ...values: (string | number)[]): Statement {
  return [`DELETE FROM credentials WHERE ${which}`, ...values];
}

/** Sessions that were used last before this, in ms since 1970, have expired. */
export function expiry(): number {
  return Date.now() - SESSION_AGE * 1_000;
}

function passkeyOf(row: Stored): Passkey {
  return { ...row, transports: JSON.parse(row.transports) as Passkey['transports'] };
}
