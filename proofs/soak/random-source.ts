/**
 * A reproducible source of random decisions: the same seed and name always give the same ones (sfc32, seeded by FNV-1a).
 * Each actor has its own source, so its decisions do not depend on how the others are scheduled.
 */
export class RandomSource {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, name: string) {
    this.a = seed >>> 0;
    this.b = fnv1a(name);
    this.c = fnv1a(`${name}/${seed}`);
    for (let i = 0; i < 12; i += 1) this.nextBits();
  }

  /** Returns a number in [0, 1). */
  next(): number {
    return this.nextBits() / 2 ** 32;
  }

  /** Returns an integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Returns a number in [low, high). */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** Returns true with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Returns one element of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Returns a UUID, version 4. */
  uuid(): string {
    const hex = [0, 0, 0, 0].map(() => this.nextBits().toString(16).padStart(8, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  private nextBits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return sum >>> 0;
  }
}

/** Hashes a text to 32 bits (FNV-1a). It is fast, and not resistant to deliberate collisions. */
export function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
