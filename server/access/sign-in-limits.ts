import { hashOf } from '../identity/secret';
import { consume, InMemoryRateLimiter, refuseIfExhausted, type Allowance } from './rate-limiter';
import { ADDRESS_FACTOR } from './rate-limits';

const WORDS = 'There were too many attempts to sign in';

/** The origin of an attempt to sign in. */
export interface Attempt {
  address: string;
  /** The browser's id, if it has signed in to that account before. */
  device: string | undefined;
}

/** The rate limits of signing in. Attempts of others from elsewhere lock nobody out. */
export class SignInLimits {
  private readonly limits;

  /** @param allowance nothing where there are no limits. */
  constructor(allowance: Allowance | undefined) {
    const times = (factor: number) =>
      new InMemoryRateLimiter({ ...allowance!, points: factor * allowance!.points });
    this.limits = allowance && {
      addresses: times(ADDRESS_FACTOR),
      /** One name from one address. */
      attempts: times(1),
      /** One name from everywhere: no single address can exhaust it. */
      names: times(2),
      devices: times(1),
      challenges: { addresses: times(ADDRESS_FACTOR), visitors: times(1), devices: times(1) },
    };
  }

  /**
   * Counts an attempt with a password. A known device has a limit of its own (OWASP, "Slow Down Online Guessing Attacks
   * with Device Cookies"). All others count against their address and the name, or neither if one of them is spent.
   * @throws {Refusal} `rate_limited`, with when to try again.
   */
  countPassword(username: string, { address, device }: Attempt): void {
    if (!this.limits) return;
    const { addresses, attempts, names, devices } = this.limits;
    if (device) return consume(devices, device, WORDS);
    // Names that do not exist count alike. They are hashed, since they can be of any length.
    const name = hashOf(username);
    const counted = [
      [addresses, address],
      [attempts, `${name} ${address}`],
      [names, name],
    ] as const;
    for (const [limit, key] of counted) refuseIfExhausted(limit, key, WORDS);
    for (const [limit, key] of counted) limit.count(key);
  }

  /**
   * Counts a challenge for a passkey. It has limits of its own, so wrong passwords do not block passkeys.
   * @throws {Refusal} `rate_limited`, with when to try again.
   */
  countChallenge(visitor: string, { address, device }: Attempt): void {
    if (!this.limits) return;
    const { addresses, visitors, devices } = this.limits.challenges;
    if (device) return consume(devices, device, WORDS);
    refuseIfExhausted(addresses, address, WORDS);
    refuseIfExhausted(visitors, visitor, WORDS);
    addresses.count(address);
    visitors.count(visitor);
  }
}
