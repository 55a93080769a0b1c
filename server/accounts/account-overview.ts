import type { AccessControl } from '../access/access-control';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Role } from '../wire';
import type { AccountServices } from './account-services';
import type { Credential } from './credential';
import type { Passkey } from './passkey-store';

/** A visitor's account as the account page and `GET /account` show it; a guest has an empty one. */
export interface AccountOverview {
  me: { visitor: string; username: string; role: Role; account: boolean };
  /** The account's sessions and tokens; `here` marks the one that authenticated the request. */
  credentials: (Credential & { here: boolean })[];
  passkeys: Passkey[];
  hasPassword: boolean;
  /** Whether the visitor may create an account with a password or a passkey. */
  canSignUp: boolean;
  /** Why the visitor has no access, if it is banned. */
  ban: Refusal | undefined;
}

/** Returns the account of a visitor. */
export async function accountOverview(
  visitor: Visitor,
  { accounts, credentials, passkeys }: AccountServices,
  visitors: Visitors,
  access: AccessControl,
): Promise<AccountOverview> {
  const { username, role, account } = await visitors.profileOf(visitor);
  const own = account ? await credentials.of(visitor) : [];
  return {
    me: { visitor: visitor.id, username, role, account },
    credentials: own.map((credential) => ({
      ...credential,
      here: credential.id === visitor.credential,
    })),
    passkeys: account ? await passkeys.of(visitor.id) : [],
    hasPassword: await accounts.hasPassword(visitor),
    canSignUp: await access.canSignUp(visitor),
    ban: await access.checkBan(visitor).then(() => undefined, expectBan),
  };
}

function expectBan(error: unknown): Refusal {
  if (error instanceof Refusal && error.code === 'banned') return error;
  throw error;
}
