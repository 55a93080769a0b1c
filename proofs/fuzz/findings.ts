/** What no answer may hold: a stack, a path of the server's own files, or a fault that is not explained. */
const LEAK = /\n\s+at \S+ \(|node_modules|\/(server|dist)\/[\w/-]+\.[jt]s|"status":500/;
/** How long anything may take to be answered, in ms. */
const PATIENCE = 20_000;
/** The most findings that are kept. */
const KEPT = 20;

/** What was found wrong. */
export class Findings {
  readonly all: string[] = [];

  add(what: string): void {
    if (this.all.length < KEPT) this.all.push(what.slice(0, 2_000));
  }

  /** Looks at an answer. @param to what it answers. */
  look(answer: string, to: unknown): void {
    if (LEAK.test(answer)) this.add(`${answer.slice(0, 500)} <- ${JSON.stringify(to)}`);
  }

  /** Waits for something that must come. @param to what it should answer. */
  async inTime(answer: Promise<unknown>, to: () => unknown): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.add(`No answer <- ${JSON.stringify(to())}`);
        resolve();
      }, PATIENCE);
    });
    await Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}
