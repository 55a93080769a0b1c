import { unavailable } from '../unavailable';

/** The longest wait for a turn, in ms: as long as for a connection. */
const WAIT_MAX = 5_000;

/** Lets one operation at a time run, in the order in which they came. */
export class Turns {
  private readonly waiting = new Set<() => void>();
  private isTaken = false;

  /** Runs an operation once it is its turn. @throws {Refusal} `unavailable` if those before it take too long. */
  async run<Result>(operation: () => Promise<Result>): Promise<Result> {
    await this.begin();
    try {
      return await operation();
    } finally {
      this.end();
    }
  }

  private begin(): Promise<void> {
    if (!this.isTaken) {
      this.isTaken = true;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(begin);
        reject(unavailable(new Error('other changes take too long')));
      }, WAIT_MAX).unref();
      this.waiting.add(begin);
    });
  }

  private end(): void {
    const [next] = this.waiting;
    if (!next) return void (this.isTaken = false);
    this.waiting.delete(next);
    next();
  }
}
