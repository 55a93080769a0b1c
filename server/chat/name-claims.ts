/** Names that are being claimed. Until the first claim of a name is decided, others are refused. */
export interface NameClaims {
  /**
   * Claims a name for as long as it is being checked.
   * @param skeleton see `skeletonOf`.
   * @returns the function that ends the claim; nothing if another visitor is claiming the name.
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
