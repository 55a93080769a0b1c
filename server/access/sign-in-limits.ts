import { hashOf } from '../identity/secret';
import { RateLimit, refuseIfSpent, spend, type Allowance } from './rate-limit';
import { ADDRESS_FACTOR } from './rates';

const WORDS = 'There were too many attempts to sign in';

/** Where an attempt to sign in comes from. */
export interface Attempt {
  address: string;
  /** The browser, if it has signed in to that account before. */
  device: string | undefined;
}

/** The rate limits of signing in. Nobody is locked out by what others try in their name from elsewhere. */
export class SignInLimits {
  private readonly limits;

  /** @param allowance nothing where there are no limits. */
  constructor(allowance: Allowance | undefined) {
    const times = (factor: number) => new RateLimit({ ...allowance!, points: factor * allowance!.points });
    this.limits = allowance && {
      addresses: times(ADDRESS_FACTOR),
      /** One name from one address. */
      attempts: times(1),
      /** One name from everywhere: no single address can spend it. */
      names: times(2),
      devices: times(1),
      challenges: { addresses: times(ADDRESS_FACTOR), visitors: times(1), devices: times(1) },
    };
  }

  /**
   * Counts an attempt with a password: of a known device on its own (OWASP, "Slow Down Online Guessing Attacks with
   * Device Cookies"), of others against their address and the name, and against neither if one of them is spent.
   * @throws {Refusal} 429, with when to try again.
   */
  countPassword(username: string, { address, device }: Attempt): void {
    if (!this.limits) return;
    const { addresses, attempts, names, devices } = this.limits;
    if (device) return spend(devices, device, WORDS);
    // Names that nobody has are counted alike, and are not kept.
    const name = hashOf(username);
    const counted = [
      [addresses, address],
      [attempts, `${name} ${address}`],
      [names, name],
    ] as const;
    for (const [limit, key] of counted) refuseIfSpent(limit, key, WORDS);
    for (const [limit, key] of counted) limit.count(key);
  }

  /**
   * Counts a challenge for a passkey: by allowances of their own, which no wrong password takes from.
   * @throws {Refusal} 429, with when to try again.
   */
  countChallenge(visitor: string, { address, device }: Attempt): void {
    if (!this.limits) return;
    const { addresses, visitors, devices } = this.limits.challenges;
    if (device) return spend(devices, device, WORDS);
    refuseIfSpent(addresses, address, WORDS);
    refuseIfSpent(visitors, visitor, WORDS);
    addresses.count(address);
    visitors.count(visitor);
  }
}
