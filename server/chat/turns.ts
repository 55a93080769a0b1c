/** The place of a call among those of one {@link Turns}. */
export interface Turn {
  /** Waits until the turns of all earlier calls have ended. */
  wait: () => Promise<unknown>;
  /** Lets the next call go on. May be called again. */
  end: () => void;
}

/**
 * Keeps the order of calls that prepare at the same time: each takes a turn at once, prepares, waits for its turn, acts,
 * and ends it.
 */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Takes the turn after all others. It must be ended, also if the call fails. */
  take(): Turn {
    const earlier = this.last;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.last = earlier.then(() => ended);
    return { wait: () => earlier, end };
  }
}
