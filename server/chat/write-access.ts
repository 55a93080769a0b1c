import type { VisitorLimits } from '../access/visitor-limits';
import type { RateLimitName } from '../access/rate-limits';
import type { Profile, Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';

/** Whether a moderator has muted a visitor. */
export function isMuted({ mutedUntil }: Profile): boolean {
  return mutedUntil > Date.now();
}

/** Authorizes visitors to write: those that are not muted, and are within their rate limits. */
export class WriteAccess {
  constructor(
    private readonly visitors: Visitors,
    private readonly limits: VisitorLimits,
  ) {}

  /**
   * Checks that a visitor is not muted, consumes one point of a rate limit, and returns the visitor's profile.
   * @throws {Refusal} `muted` or `rate_limited`
   */
  async authorize(limit: RateLimitName, visitor: Visitor): Promise<Profile> {
    const profile = await this.checkMuted(visitor);
    this.limits.consume(limit, visitor);
    return profile;
  }

  /** Returns the profile of a visitor. @throws {Refusal} `muted` */
  async checkMuted(visitor: Visitor): Promise<Profile> {
    const profile = await this.visitors.profileOf(visitor);
    if (isMuted(profile)) throw new Refusal('muted', 'muted');
    return profile;
  }
}
