import type Database from 'better-sqlite3';
import type { AccountStore, SessionLimits } from '../../accounts/account-store';
import type { Credential, NewCredential } from '../../accounts/credential';
import type { Passkey, PasskeyStore, SpentChallenge } from '../../accounts/passkeys';
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
  ): Promise<'done' | 'password_changed'> {
    const changing = this.writer.runGuarded(
      [
        [
          'password_changed',
          ['SELECT 1 FROM visitors WHERE id = ? AND password IS ?', visitor, before ?? null],
        ],
      ],
      ['UPDATE visitors SET password = ? WHERE id = ?', hash, visitor],
      ...(session ? [added(visitor, session)] : []),
      ...(only ? [ended("visitor = ? AND kind = 'session' AND id <> ?", visitor, only)] : []),
    );
    return this.control.announceAccess(changing, visitor);
  }

  async visitorOf(skeleton: string): Promise<string | undefined> {
    return this.readVisitor.get(skeleton);
  }

  async addSession(
    visitor: string,
    session: NewCredential,
    { max, expired }: SessionLimits,
    password?: string,
  ): Promise<'done' | 'password_changed'> {
    const newest = `SELECT id FROM credentials WHERE visitor = ? AND kind = 'session' ORDER BY used DESC, at DESC LIMIT ?`;
    const samePassword: Statement = [
      'SELECT 1 FROM visitors WHERE id = ? AND password = ?',
      visitor,
      password ?? '',
    ];
    const adding = this.writer.runGuarded(
      password === undefined ? [] : [['password_changed', samePassword]],
      ended("visitor = ? AND kind = 'session' AND used < ?", visitor, expired),
      // Before the new one is inserted: it may be as old as others, to the millisecond.
      ended(`visitor = ? AND kind = 'session' AND id NOT IN (${newest})`, visitor, visitor, max - 1),
      added(visitor, session),
    );
    return this.control.announceAccess(adding, visitor);
  }

  async addToken(visitor: string, token: NewCredential, max: number): Promise<'done' | 'limit_reached'> {
    const tokens = `SELECT count(*) FROM credentials WHERE visitor = ? AND kind = 'token'`;
    const fits: Statement = [`SELECT 1 WHERE (${tokens}) < ?`, visitor, max];
    return this.writer.runGuarded([['limit_reached', fits]], added(visitor, token));
  }

  async credentialsOf(visitor: string, expired: number): Promise<Credential[]> {
    return this.readCredentials.all(visitor, expired);
  }

  async revokeCredential(visitor: string, id: string): Promise<'done' | 'not_found'> {
    const revoking = this.writer.runGuarded(
      [['not_found', ['SELECT 1 FROM credentials WHERE id = ? AND visitor = ?', id, visitor]]],
      ended('id = ?', id),
    );
    return this.control.announceAccess(revoking, visitor);
  }

  async addPasskey(
    { id, visitor, publicKey, counter, transports, at }: Passkey,
    spent: SpentChallenge,
    max: number,
    session?: NewCredential,
  ): Promise<'done' | 'challenge_spent' | 'passkey_known' | 'limit_reached'> {
    const own = 'SELECT count(*) FROM passkeys WHERE visitor = ?';
    const adding = this.writer.runGuarded(
      [
        ['challenge_spent', unspent(spent)],
        ['passkey_known', ['SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM passkeys WHERE id = ?)', id]],
        ['limit_reached', [`SELECT 1 WHERE (${own}) < ?`, visitor, max]],
      ],
      ...spending(spent),
      [
        `INSERT INTO passkeys (id, visitor, public_key, counter, transports, at) VALUES (?, ?, ?, ?, ?, ?)`,
        id,
        visitor,
        publicKey,
        counter,
        JSON.stringify(transports),
        at,
      ],
      ...(session ? [added(visitor, session)] : []),
    );
    return this.control.announceAccess(adding, visitor);
  }

  async passkey(id: string): Promise<Passkey | undefined> {
    const row = this.readPasskey.get(id);
    return row && passkeyOf(row);
  }

  async passkeysOf(visitor: string): Promise<Passkey[]> {
    return this.readPasskeys.all(visitor).map(passkeyOf);
  }

  async removePasskey(visitor: string, id: string): Promise<'done' | 'not_found' | 'no_sign_in_left'> {
    const own = 'SELECT 1 FROM passkeys WHERE id = ? AND visitor = ?';
    const canSignInWithout = `SELECT 1 FROM visitors WHERE id = ? AND (password IS NOT NULL
      OR EXISTS (SELECT 1 FROM passkeys WHERE visitor = visitors.id AND id <> ?))`;
    return this.writer.runGuarded(
      [
        ['not_found', [own, id, visitor]],
        ['no_sign_in_left', [canSignInWithout, visitor, id]],
      ],
      ['DELETE FROM passkeys WHERE id = ?', id],
    );
  }

  async countPasskey(
    id: string,
    counter: number,
    spent: SpentChallenge,
  ): Promise<'done' | 'challenge_spent'> {
    return this.writer.runGuarded([['challenge_spent', unspent(spent)]], ...spending(spent), [
      'UPDATE passkeys SET counter = ? WHERE id = ?',
      counter,
      id,
    ]);
  }
}

function unspent({ challenge }: SpentChallenge): Statement {
  return ['SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM spent_challenges WHERE challenge = ?)', challenge];
}

function spending({ challenge, at, until }: SpentChallenge): Statement[] {
  return [
    ['DELETE FROM spent_challenges WHERE until < ?', at],
    ['INSERT INTO spent_challenges (challenge, until) VALUES (?, ?)', challenge, until],
  ];
}

function added(visitor: string, { id, kind, hash, label, at, used }: NewCredential): Statement {
  return [
    'INSERT INTO credentials (id, kind, hash, visitor, label, at, used) VALUES (?, ?, ?, ?, ?, ?, ?)',
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

function passkeyOf(row: Stored): Passkey {
  return { ...row, transports: JSON.parse(row.transports) as Passkey['transports'] };
}
