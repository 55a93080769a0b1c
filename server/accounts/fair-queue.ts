import { Refusal } from '../refusal';

/** The most jobs that wait in one lane, and in all of them. */
const LANE_MAX = 8;
const TOTAL_MAX = 64;

/**
 * Runs expensive jobs one at a time. Each is in a lane, and the lanes take turns: a full lane delays the others by one
 * job at most.
 */
export class FairQueue {
  /** In the order of their turns; none is empty. */
  private readonly lanes = new Map<string, (() => Promise<void>)[]>();
  private waiting = 0;
  private running = false;

  /**
   * Runs a job when it is its turn.
   * @throws {Refusal} `rate_limited` if its lane is full, `unavailable` if the queue is.
   */
  async run<T>(lane: string, job: () => Promise<T>): Promise<T> {
    const jobs = this.lanes.get(lane) ?? [];
    if (jobs.length >= LANE_MAX)
      throw new Refusal('rate_limited', 'Too many sign-ins are waiting from here. Try again in 5 s.', 5);
    if (this.waiting >= TOTAL_MAX)
      throw new Refusal('unavailable', 'Too many people are signing in. Try again in 10 s.', 10);
    return new Promise<T>((resolve, reject) => {
      jobs.push(() => job().then(resolve, reject));
      this.lanes.set(lane, jobs);
      this.waiting += 1;
      this.next();
    });
  }

  private next(): void {
    const [first] = this.lanes;
    if (this.running || !first) return;
    const [lane, [job, ...later]] = first;
    this.lanes.delete(lane);
    if (later.length > 0) this.lanes.set(lane, later);
    this.waiting -= 1;
    this.running = true;
    void job!().then(() => {
      this.running = false;
      this.next();
    });
  }
}
