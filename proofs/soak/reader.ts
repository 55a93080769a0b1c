import { setTimeout as pause } from 'node:timers/promises';
import type { Tally } from './counters';
import type { World } from './deployment';
import type { Findings } from './findings';
import type { Place } from './position';
import type { Dice } from './random-source';
import { READS, type ReadName } from './transports/all';
import { PATIENCE, within, type Ending, type Sink, type Stream } from './transports/transport';

/** The longest that a reader stays with one connection, in ms. */
const STAY = 10_000;

/** Somebody who reads: one cursor in each room, carried from connection to connection and from way to way. */
export class Reader {
  private stopped = false;
  /** Ends the stay with the present connection. */
  private leaving = new AbortController();

  /** @param places where it is in each room it reads; it goes on from there. */
  constructor(
    private readonly places: readonly Place[],
    private readonly ways: readonly ReadName[],
    private readonly dice: Dice,
    private readonly world: World,
    private readonly tally: Tally,
    private readonly findings: Findings,
  ) {}

  /** Reads until {@link stop}. */
  async run(): Promise<void> {
    while (!this.stopped) {
      const way = this.dice.pick(this.ways);
      // At the end the rooms that are behind are read on; before, they are all behind now and then.
      const behind = this.places.filter((place) => this.lag(place) > 0);
      const place = this.dice.pick(behind.length > 0 ? behind : this.places);
      this.tally.connections += 1;
      const stream = READS[way](this.world.door(this.dice), place.history.room, place.cursor, this.sink(way));
      let broken = false;
      const leaving = new AbortController();
      this.leaving = leaving;
      void stream.ended.then(() => {
        broken = !leaving.signal.aborted;
        leaving.abort();
      });
      await this.stay(stream, place, leaving.signal);
      leaving.abort();
      stream.close();
      this.judge(await within(PATIENCE, `The end of ${way}`, stream.ended), way);
      if (broken) await pause(this.dice.between(20, 400));
    }
  }

  stop(): void {
    this.stopped = true;
    this.leaving.abort();
  }

  /** How many messages it has not seen that somebody has. */
  get behind(): number {
    return this.places.reduce((sum, place) => sum + this.lag(place), 0);
  }

  private lag(place: Place): number {
    return Math.max(0, place.history.head - place.seq);
  }

  /** Stays with a connection for a while, maybe in two rooms, or until it is over. */
  private async stay(stream: Stream, begun: Place, over: AbortSignal): Promise<void> {
    // Short stays are the most frequent: they break replays off.
    await this.wait(STAY * this.dice.next() ** 3, over);
    const other = this.dice.pick(this.places);
    if (!stream.hop || other === begun || this.dice.chance(0.5)) return;
    try {
      await stream.hop(other.history.room, other.cursor);
      await this.wait(STAY * this.dice.next() ** 3, over);
    } catch {
      // The connection is over, which `ended` tells.
    }
  }

  private sink(way: ReadName): Sink {
    const at = (room: string): Place | undefined => this.places.find(({ history }) => history.room === room);
    return {
      message: (entry) => {
        this.tally.deliver(way);
        const place = at(entry.room);
        if (place) place.take(entry, way);
        else this.findings.add('stranger', `A reader over ${way} was shown ${JSON.stringify(entry)}.`);
      },
      reset: (reset) => at(reset.room)?.reset(reset, way),
    };
  }

  /** A cursor that was given out is never refused; that nothing answers now and then is what a run is about. */
  private judge({ status, error }: Ending, way: ReadName): void {
    if (status === undefined || status === 503 || status === 429) return;
    this.findings.add('answer', `A reader over ${way} was refused: ${status} ${error ?? ''}`);
  }

  private wait(ms: number, over: AbortSignal): Promise<void> {
    return pause(ms, undefined, { signal: over }).catch(() => undefined);
  }
}
