/** Matches internals that no answer may contain: a stack trace, a path of the server's files, or an internal error. */
const LEAK = /\n\s+at \S+ \(|node_modules|\/(server|dist)\/[\w/-]+\.[jt]s|"status":500/;
/** How long the server may take to answer, in ms. */
const ANSWER_TIMEOUT_MS = 20_000;
/** How many findings are stored, and how long each of them may be, in characters. */
const MAX_FINDINGS = 20;
const MAX_LENGTH = 2_000;

/** The findings of a run, each of which names the input that caused it. */
export class Findings {
  readonly all: string[] = [];

  add(finding: string): void {
    if (this.all.length < MAX_FINDINGS) this.all.push(finding.slice(0, MAX_LENGTH));
  }

  /** Adds a finding if an answer leaks internals. */
  checkAnswer(answer: string, input: unknown): void {
    if (LEAK.test(answer)) this.add(`${answer.slice(0, 500)} <- ${JSON.stringify(input)}`);
  }

  /** Waits for an answer, and adds a finding if it does not arrive in time. */
  async expectAnswer(answer: Promise<unknown>, input: () => unknown): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.add(`No answer <- ${JSON.stringify(input())}`);
        resolve();
      }, ANSWER_TIMEOUT_MS);
    });
    await Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
  }
}
