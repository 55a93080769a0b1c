import type { SessionLimits } from '../../accounts/account-store';
import type { NewCredential } from '../../accounts/credential';
import type { Passkey, PasskeyStore, SpentChallenge } from '../../accounts/passkey-store';
import type { SqlDatabase, Statement } from './database';
import { accessOf, expectName, insertCredential, insertSession } from './statements';

type Row = Omit<Passkey, 'transports'> & { transports: string };

const PASSKEY = 'SELECT id, visitor, public_key AS "publicKey", counter, transports, at FROM passkeys';
const OWN_PASSKEY = 'SELECT 1 FROM passkeys WHERE id = ? AND visitor = ?';

/** Passkeys. */
export class SqlPasskeys implements PasskeyStore {
  constructor(private readonly db: SqlDatabase) {}

  addPasskey(
    { id, visitor, publicKey, counter, transports, at }: Passkey,
    spent: SpentChallenge,
    max: number,
    session?: NewCredential,
  ): Promise<'done' | 'name_missing' | 'challenge_spent' | 'passkey_known' | 'limit_reached'> {
    const own = 'SELECT count(*) FROM passkeys WHERE visitor = ?';
    return this.db.runGuarded(
      [
        expectName(visitor),
        ['challenge_spent', unspent(spent)],
        ['passkey_known', ['SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM passkeys WHERE id = ?)', id]],
        ['limit_reached', [`SELECT 1 WHERE (${own}) < ?`, visitor, max]],
      ],
      [
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
        ...(session ? [insertCredential(visitor, session)] : []),
      ],
      accessOf(visitor),
    );
  }

  async passkey(id: string): Promise<Passkey | undefined> {
    const [row] = await this.db.read<Row>(`${PASSKEY} WHERE id = ?`, id);
    return row && passkeyOf(row);
  }

  async passkeysOf(visitor: string): Promise<Passkey[]> {
    return (await this.db.read<Row>(`${PASSKEY} WHERE visitor = ? ORDER BY at, id`, visitor)).map(passkeyOf);
  }

  addPasskeySession(
    { id, visitor, counter }: Pick<Passkey, 'id' | 'visitor' | 'counter'>,
    spent: SpentChallenge,
    session: NewCredential,
    limits: SessionLimits,
  ): Promise<'done' | 'challenge_spent' | 'not_found' | 'counter_repeated'> {
    const isLarger = 'SELECT 1 FROM passkeys WHERE id = ? AND (counter < ? OR (counter = 0 AND counter = ?))';
    return this.db.runGuarded(
      [
        ['challenge_spent', unspent(spent)],
        ['not_found', [OWN_PASSKEY, id, visitor]],
        ['counter_repeated', [isLarger, id, counter, counter]],
      ],
      [
        ...spending(spent),
        ['UPDATE passkeys SET counter = ? WHERE id = ?', counter, id],
        ...insertSession(limits, visitor, session),
      ],
      accessOf(visitor),
    );
  }

  removePasskey(visitor: string, id: string): Promise<'done' | 'not_found' | 'no_sign_in_left'> {
    const canSignInWithout = `SELECT 1 FROM visitors WHERE id = ? AND (password IS NOT NULL
      OR EXISTS (SELECT 1 FROM passkeys WHERE visitor = visitors.id AND id <> ?))`;
    return this.db.runGuarded(
      [
        ['not_found', [OWN_PASSKEY, id, visitor]],
        ['no_sign_in_left', [canSignInWithout, visitor, id]],
      ],
      [['DELETE FROM passkeys WHERE id = ?', id]],
    );
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

function passkeyOf(row: Row): Passkey {
  return { ...row, transports: JSON.parse(row.transports) as Passkey['transports'] };
}
