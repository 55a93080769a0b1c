import { hashOf } from '../identity/secret';
import { consume, refuseIfExhausted, type Allowance } from './rate-limiter';
import { ADDRESS_FACTOR } from './rate-limits';
import type { CreateRateLimiter } from './shared-rate-limiters';

/** The origin of an attempt to sign in. */
export interface Attempt {
  address: string;
  /** The id of the browser's device cookie, if it has signed in to that account before. */
  device: string | undefined;
}

/** The rate limits of sign-ins. Attackers elsewhere cannot lock out the known devices of an account. */
export class SignInLimits {
  private readonly limits;

  /** @param allowance undefined if limits are off. */
  constructor(allowance: Allowance | undefined, create: CreateRateLimiter) {
    const limiter = (name: string, factor: number) =>
      create(`sign-in ${name}`, { ...allowance!, points: factor * allowance!.points });
    this.limits = allowance && {
      addresses: limiter('addresses', ADDRESS_FACTOR),
      /** By name and address. */
      attempts: limiter('attempts', 1),
      /** By name, over all addresses: no single address can exhaust it. */
      names: limiter('names', 2),
      devices: limiter('devices', 1),
      challenges: {
        addresses: limiter('challenge addresses', ADDRESS_FACTOR),
        visitors: limiter('challenge visitors', 1),
        devices: limiter('challenge devices', 1),
      },
    };
  }

  /**
   * Counts an attempt with a password. A known device has a limit of its own (OWASP, "Slow Down Online Guessing Attacks
   * with Device Cookies"). Other attempts count against their address and the name, or neither if either is exhausted.
   * @throws {Refusal} `rate_limited`, with when to try again.
   */
  countPassword(username: string, { address, device }: Attempt): void {
    if (!this.limits) return;
    const { addresses, attempts, names, devices } = this.limits;
    if (device) return consume(devices, device, 'tooManySignIns');
    // Unknown names count, too: otherwise the limit would reveal which names exist. Hashing bounds the length of the
    // key.
    const name = hashOf(username);
    const counted = [
      [addresses, address],
      [attempts, `${name} ${address}`],
      [names, name],
    ] as const;
    for (const [limiter, key] of counted) refuseIfExhausted(limiter, key, 'tooManySignIns');
    for (const [limiter, key] of counted) limiter.count(key);
  }

  /**
   * Counts a challenge for a passkey. It has limits of its own, so wrong passwords do not block passkeys.
   * @throws {Refusal} `rate_limited`, with when to try again.
   */
  countChallenge(visitor: string, { address, device }: Attempt): void {
    if (!this.limits) return;
    const { addresses, visitors, devices } = this.limits.challenges;
    if (device) return consume(devices, device, 'tooManySignIns');
    refuseIfExhausted(addresses, address, 'tooManySignIns');
    refuseIfExhausted(visitors, visitor, 'tooManySignIns');
    addresses.count(address);
    visitors.count(visitor);
  }
}
