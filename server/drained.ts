/** How long a reader may take nothing in, in ms, before its connection is closed; its cursor brings it back. */
const PATIENCE = 30_000;

/** Why a connection is closed that takes nothing in. */
export const STALLED = 'Nothing was taken in for 30 s. Come back with your cursor.';

/**
 * Waits until a connection takes more: what keeps a slow reader behind in the log, and not in memory.
 * @param register is given what to call when the connection has drained.
 * @param stalled is called if it takes nothing for 30 s.
 */
export function drained(register: (done: () => void) => void, stalled: () => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(stalled, PATIENCE).unref();
    register(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
