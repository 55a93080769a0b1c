import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { AccountStore } from './account-store';
import { CREDENTIALS_MAX, newCredential, sessionCutoff, withHash, type Credential } from './credential';

/** The sessions and tokens of accounts. */
export class Credentials {
  constructor(
    private readonly store: AccountStore,
    private readonly visitors: Visitors,
  ) {}

  /** Returns an account's tokens, and its sessions that have not expired. */
  of(visitor: Visitor): Promise<Credential[]> {
    return this.store.credentialsOf(visitor.id, sessionCutoff());
  }

  /**
   * Creates a token for a script.
   * @returns its secret, which is not stored.
   * @throws {Refusal} `bad_request` if the visitor has no account, or `limit_reached`.
   */
  async createToken(visitor: Visitor, label: string): Promise<{ credential: Credential; secret: string }> {
    const { account } = await this.visitors.profileOf(visitor);
    if (!account) throw new Refusal('bad_request', 'accountFirst');
    const token = newCredential('token', label);
    if ((await this.store.addToken(visitor.id, withHash(token), CREDENTIALS_MAX)) !== 'done')
      throw new Refusal('limit_reached', ['tokensFull', CREDENTIALS_MAX]);
    return token;
  }

  /** Ends a session or token, and its open connections. If it has ended already, does nothing. */
  async revoke({ id: visitor }: Visitor, id: string): Promise<void> {
    await this.store.revokeCredential(visitor, id);
  }
}
