/** A set that drops its oldest members beyond a size. */
export class BoundedSet<T> {
  private readonly members: Set<T>;

  /** @param limit how many members it keeps. */
  constructor(
    private readonly limit: number,
    members: Iterable<T> = [],
  ) {
    this.members = new Set(members);
  }

  /** Adds a member as the newest, also if it is in the set already. */
  add(member: T): void {
    this.members.delete(member);
    this.members.add(member);
    for (const oldest of this.members) {
      if (this.members.size <= this.limit) break;
      this.members.delete(oldest);
    }
  }

  delete(member: T): void {
    this.members.delete(member);
  }

  has(member: T): boolean {
    return this.members.has(member);
  }

  get size(): number {
    return this.members.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.members.values();
  }
}
