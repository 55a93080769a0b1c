import type { Allowance } from '../access/rate-limiter';
import type { CreateRateLimiter } from '../access/shared-rate-limiters';
import { SignInLimits } from '../access/sign-in-limits';
import type { VisitorLimits } from '../access/visitor-limits';
import type { Visitors } from '../identity/visitors';
import type { AccountStore } from './account-store';
import { Accounts } from './accounts';
import { Challenges } from './challenges';
import { Credentials } from './credentials';
import type { PasskeyStore } from './passkey-store';
import { Passkeys } from './passkeys';
import { SignIn } from './sign-in';

/** The services of accounts, which their routes call. */
export type AccountServices = ReturnType<typeof createAccountServices>;

/**
 * Composes the services of accounts.
 * @param key the key that authenticates challenges.
 * @param signIns the allowance of sign-ins; undefined if limits are off.
 */
export function createAccountServices(
  stores: { accounts: AccountStore; passkeys: PasskeyStore },
  visitors: Visitors,
  key: string,
  limits: VisitorLimits,
  signIns: Allowance | undefined,
  createLimiter: CreateRateLimiter,
) {
  const passkeys = new Passkeys(stores.passkeys, new Challenges(key));
  const signInLimits = new SignInLimits(signIns, createLimiter);
  return {
    accounts: new Accounts(stores.accounts, visitors, passkeys, limits, signInLimits),
    signIn: new SignIn(stores.accounts, passkeys, signInLimits),
    credentials: new Credentials(stores.accounts, visitors),
    passkeys,
  };
}
