/**
 * Serializes concurrent claims: while a visitor is claiming a name, others cannot claim it or one that looks like it.
 */
export interface NameClaims {
  /**
   * Starts a claim.
   * @param skeleton the name's; see `skeletonOf`.
   * @returns the function that ends the claim; undefined if another visitor is claiming the name.
   */
  claim(skeleton: string, visitor: string): Promise<(() => Promise<void>) | undefined>;
}

/** The claims of one process. */
export class InMemoryNameClaims implements NameClaims {
  private readonly claimants = new Map<string, string>();

  async claim(skeleton: string, visitor: string): Promise<(() => Promise<void>) | undefined> {
    if ((this.claimants.get(skeleton) ?? visitor) !== visitor) return undefined;
    this.claimants.set(skeleton, visitor);
    return async () => void this.claimants.delete(skeleton);
  }
}
