import { Refusal } from '../refusal';

/** The most jobs that may wait in one lane, and in all lanes together. */
const LANE_MAX = 8;
const TOTAL_MAX = 64;

/**
 * Runs expensive jobs one at a time, round-robin over lanes: however many jobs wait in a lane, it delays each job of
 * another lane by one job at most.
 */
export class FairQueue {
  /** The lanes with waiting jobs, in the order of their turns. */
  private readonly lanes = new Map<string, (() => Promise<void>)[]>();
  private waiting = 0;
  private isRunning = false;

  /**
   * Runs a job when it is its turn.
   * @throws {Refusal} `rate_limited` if its lane is full, `unavailable` if the queue is.
   */
  async run<T>(lane: string, job: () => Promise<T>): Promise<T> {
    const jobs = this.lanes.get(lane) ?? [];
    if (jobs.length >= LANE_MAX) throw new Refusal('rate_limited', ['signInsWaiting', 5], 5);
    if (this.waiting >= TOTAL_MAX) throw new Refusal('unavailable', ['signInsBusy', 10], 10);
    return new Promise<T>((resolve, reject) => {
      jobs.push(() => job().then(resolve, reject));
      this.lanes.set(lane, jobs);
      this.waiting += 1;
      this.next();
    });
  }

  private next(): void {
    const [first] = this.lanes;
    if (this.isRunning || !first) return;
    const [lane, [job, ...rest]] = first;
    this.lanes.delete(lane);
    if (rest.length > 0) this.lanes.set(lane, rest);
    this.waiting -= 1;
    this.isRunning = true;
    void job!().then(() => {
      this.isRunning = false;
      this.next();
    });
  }
}
