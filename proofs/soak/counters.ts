import type { ReadName } from './transports/all';

/** What a run has done so far. */
export class Tally {
  readonly delivered = new Map<ReadName, number>();
  readonly faults = new Map<string, number>();
  connections = 0;
  sent = 0;
  /** Drafts sent again after they went unanswered. */
  retried = 0;
  /** Drafts sent again, or with another text, though they were acknowledged. */
  repeated = 0;

  deliver(way: ReadName): void {
    this.delivered.set(way, (this.delivered.get(way) ?? 0) + 1);
  }

  fault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }

  get deliveries(): number {
    let sum = 0;
    for (const count of this.delivered.values()) sum += count;
    return sum;
  }
}
