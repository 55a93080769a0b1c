import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../soak/cases/case';
import type { Ground, Watch } from '../soak/cases/fixture';
import type { ReadName } from '../soak/transports/all';
import { ask } from '../soak/transports/http';
import type { Line } from '../soak/transports/transport';

/** The well-behaved readers: two on each way. */
const READS: readonly ReadName[] = ['socketio', 'ws', 'sse', 'subscribe', 'messages'];
/** How often something is said and something is read, in ms: well within what one visitor may. */
const EVERY = 500;

/** Ten well-behaved clients: they read everything, and one of them writes and asks. */
export class Crowd {
  /** How long a message took to its acknowledgement, and a request to its answer, in ms: since the last {@link figures}. */
  private acknowledged: number[] = [];
  private answered: number[] = [];
  private readonly wrong: string[] = [];
  private going = true;
  private last = 0;
  private finished: Promise<void> = Promise.resolve();

  private constructor(
    private readonly ground: Ground,
    private readonly watches: readonly Watch[],
  ) {}

  static async open(ground: Ground): Promise<Crowd> {
    const watches = [...READS, ...READS].map((way) => ground.watch(way));
    const crowd = new Crowd(ground, watches);
    const lines = await Promise.all([ground.line('socketio'), ground.line('ws')]);
    crowd.finished = crowd.live(lines);
    return crowd;
  }

  /** The p50 and p99 of an acknowledgement and of an answer since this was last asked. */
  figures(): string {
    const [acknowledged, answered] = [this.acknowledged, this.answered].map((times) =>
      [0.5, 0.99].map((share) => percentile(times, share).toFixed(0)).join('/'),
    );
    this.acknowledged = [];
    this.answered = [];
    return `${acknowledged} · ${answered}`;
  }

  /** Stops, and waits until each reader has everything. @returns what was lost, or not as it must be. */
  async end(): Promise<string[]> {
    this.going = false;
    await this.finished;
    const late = performance.now() + 30_000;
    while (this.watches.some(({ seq }) => seq() < this.last) && performance.now() < late) await pause(50);
    this.watches.forEach(({ seq, ending, wrong }, i) => {
      const way = READS[i % READS.length];
      this.wrong.push(...wrong);
      const over = ending();
      if (over) this.wrong.push(`${way} lost its connection: ${over.status ?? ''} ${over.error ?? ''}`);
      if (seq() < this.last) this.wrong.push(`${way} has ${seq()} of ${this.last} messages.`);
    });
    return this.wrong;
  }

  private async live(lines: readonly Line[]): Promise<void> {
    for (let turn = 0; this.going; turn += 1) {
      const begun = performance.now();
      await Promise.all([this.say(lines[turn % lines.length]!), this.read()]);
      await pause(Math.max(0, EVERY - (performance.now() - begun)));
    }
  }

  private async say(line: Line): Promise<void> {
    const begun = performance.now();
    try {
      ({ seq: this.last } = await this.ground.say(line));
      this.acknowledged.push(performance.now() - begun);
    } catch (error) {
      this.wrong.push(`A message was not acknowledged: ${(error as Error).message}`);
    }
  }

  private async read(): Promise<void> {
    const begun = performance.now();
    try {
      const { status } = await ask(`${this.ground.url}/messages?last=20`);
      if (status !== 200) this.wrong.push(`A read was answered with ${status}.`);
      this.answered.push(performance.now() - begun);
    } catch (error) {
      this.wrong.push(`A read was not answered: ${(error as Error).message}`);
    }
  }
}
