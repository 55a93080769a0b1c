/** How long a reader may take nothing in, in ms, before its connection is closed; its cursor brings it back. */
const PATIENCE = 30_000;

/** Why a connection is closed that takes nothing in. */
export const STALLED = 'Nothing was taken in for 30 s. Come back with your cursor.';

/**
 * Waits until a connection takes more: what keeps a slow reader behind in the log, and not in memory.
 * @param register is given what to call when the connection has drained.
 * @returns false if it took nothing for 30 s; true also when it is `gone`.
 */
export function drained(register: (done: () => void) => void, gone: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (taken: boolean): void => {
      clearTimeout(timer);
      gone.removeEventListener('abort', done);
      resolve(taken);
    };
    const done = (): void => end(true);
    const timer = setTimeout(() => end(false), PATIENCE);
    if (gone.aborted) return done();
    gone.addEventListener('abort', done);
    register(done);
  });
}
