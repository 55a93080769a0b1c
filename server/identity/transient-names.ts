import { newId } from './secret';
import type { Visitor } from './visitor';

/** How long a name is reserved without being renewed, in ms: when a process dies, its names are free after that. */
const RESERVATION = 30_000;
/** The interval of renewals, in ms. */
const RENEWAL_INTERVAL = 10_000;

/** Stores the names of connected visitors that are not persistent, each until it expires. */
export interface TransientNameStore {
  /**
   * Reserves a name, and frees the visitor's previous one.
   * @param skeleton see `skeletonOf`; null for the name that everybody may have.
   * @param node the process that renews it.
   * @param abandonedBefore see `VisitorStore.claim`.
   * @param until its expiry, in ms since 1970, as `at`.
   * @returns `name_taken` if another visitor has a name with this skeleton, persistent or not.
   */
  reserveName(
    visitor: string,
    skeleton: string | null,
    node: string,
    abandonedBefore: number,
    at: number,
    until: number,
  ): Promise<'done' | 'name_taken'>;
  /** Moves the expiry of all names of a process, and removes those that expired before `at`. */
  renewNames(node: string, at: number, until: number): Promise<void>;
  /** Frees the name of a visitor. */
  releaseName(visitor: string): Promise<void>;
  /** Frees all names of a process. */
  releaseNames(node: string): Promise<void>;
  /** Returns whether any visitor has a name with this skeleton at a time. */
  isTaken(skeleton: string, abandonedBefore: number, at: number): Promise<boolean>;
}

/**
 * The names of visitors that are not persistent: the store reserves each of them for as long as the connection of its
 * visitor lasts, so that no other has it on any process.
 */
export class TransientNames {
  private readonly node = newId();
  /** The ids of connected visitors, each with whether it has reserved a name. */
  private readonly connected = new Map<string, boolean>();
  private readonly timer = setInterval(() => this.renew(), RENEWAL_INTERVAL).unref();

  constructor(private readonly store: TransientNameStore) {}

  /** Keeps the names that a visitor reserves from now on. @returns the function that frees them. */
  connect({ id }: Visitor): () => void {
    this.connected.set(id, false);
    return () => {
      const hasName = this.connected.get(id);
      this.connected.delete(id);
      if (hasName) this.attempt(this.store.releaseName(id));
    };
  }

  /** Reserves a name if its visitor is connected; otherwise it is only for one request. @returns whether it is free. */
  async reserve(id: string, skeleton: string | null, abandonedBefore: number, now: number): Promise<boolean> {
    if (!this.connected.has(id))
      return skeleton === null || !(await this.store.isTaken(skeleton, abandonedBefore, now));
    this.connected.set(id, true);
    const until = now + RESERVATION;
    const outcome = await this.store.reserveName(id, skeleton, this.node, abandonedBefore, now, until);
    // The connection may have ended in the meantime.
    if (!this.connected.has(id)) await this.store.releaseName(id);
    return outcome === 'done';
  }

  /** Frees all names. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    if (this.hasNames()) await this.store.releaseNames(this.node).catch(() => undefined);
  }

  private renew(): void {
    const now = Date.now();
    if (this.hasNames()) this.attempt(this.store.renewNames(this.node, now, now + RESERVATION));
  }

  private hasNames(): boolean {
    return [...this.connected.values()].includes(true);
  }

  /** Names are renewed soon again, and expire by themselves: a failure changes nothing for long. */
  private attempt(work: Promise<void>): void {
    work.catch((error: unknown) =>
      console.error('The names of connected visitors could not be stored:', error),
    );
  }
}
