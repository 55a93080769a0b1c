import type { ReadTransport } from './transports/all';

/** The counters of a run. */
export class Counters {
  readonly deliveriesByTransport = new Map<ReadTransport, number>();
  readonly faultsByName = new Map<string, number>();
  connections = 0;
  /** How often a reader was told that its position is of another history. */
  resets = 0;
  sent = 0;
  /** Drafts that were sent again because they were not answered. */
  retried = 0;
  /** Drafts that were sent again, or with another text, although they had been acknowledged. */
  repeated = 0;

  countDelivery(transport: ReadTransport): void {
    this.deliveriesByTransport.set(transport, (this.deliveriesByTransport.get(transport) ?? 0) + 1);
  }

  countFault(name: string): void {
    this.faultsByName.set(name, (this.faultsByName.get(name) ?? 0) + 1);
  }

  get deliveries(): number {
    return sumOf(this.deliveriesByTransport);
  }

  get faults(): number {
    return sumOf(this.faultsByName);
  }
}

function sumOf(counts: ReadonlyMap<unknown, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
