import type { AccessControl } from '../access/access-control';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Role } from '../wire';
import type { Accounts } from './accounts';
import type { Credential } from './credential';
import type { Credentials } from './credentials';
import type { Passkey, Passkeys } from './passkeys';

/** What visitors see of themselves: guests that they can keep their name or sign in, others their account. */
export interface AccountOverview {
  me: { visitor: string; username: string; role: Role; account: boolean };
  /** The account's sessions and tokens; `here` marks the one that the visitor came with. */
  credentials: (Credential & { here: boolean })[];
  passkeys: Passkey[];
  hasPassword: boolean;
  /** Whether the visitor may keep its name with a password or a passkey. */
  canSignUp: boolean;
  /** Why the visitor is banned, if it is. */
  ban: string | undefined;
}

/** Returns what a visitor sees of itself. */
export async function accountOverview(
  visitor: Visitor,
  visitors: Visitors,
  accounts: Accounts,
  credentials: Credentials,
  passkeys: Passkeys,
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
    ban: await access.checkBan(visitor).then(() => undefined, sentenceOfBan),
  };
}

function sentenceOfBan(error: unknown): string {
  if (error instanceof Refusal && error.code === 'banned') return error.message;
  throw error;
}
