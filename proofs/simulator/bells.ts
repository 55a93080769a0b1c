import type { Scheduler } from './scheduler';

type Ring = (room: string) => void;

/** The bells of all nodes. Each rings at once, later, both, or never: then only a sweep notices the commit. */
export class Bells {
  private readonly nodes: Ring[] = [];

  constructor(private readonly scheduler: Scheduler) {}

  /** Adds the bell of a node. */
  add(ring: Ring): void {
    this.nodes.push(ring);
  }

  /**
   * Rings the bells of a room.
   * @param variant picks when. With one node: modulo 4, 0 at once, 1 later, 2 at once and later, 3 twice later. With
   *   several, each has two of its bits, and the bell of 3 is lost.
   */
  ring(room: string, variant: number): void {
    this.nodes.forEach((ring, i) => {
      const pattern = (variant >> i) % 4;
      if (pattern % 2 === 0) ring(room);
      const laterRings = [0, 1, 1, this.nodes.length > 1 ? 0 : 2][pattern]!;
      for (let n = 0; n < laterRings; n += 1) {
        this.scheduler.add(`bell of ${room} on node ${i + 1}`, () => ring(room));
      }
    });
  }
}
