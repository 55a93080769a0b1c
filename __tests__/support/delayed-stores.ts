import type { Stores } from '../../server/stores/open';

/** What must not wait: subscriptions, and the end. */
const AT_ONCE = new Set(['onCommit', 'onChange', 'onMissed', 'publish', 'subscribe', 'onGap', 'close']);
/** The most turns of the event loop that a call waits, before it reaches the store and before it is answered. */
const TURNS = 12;

/**
 * Wraps stores as a distant database would be: each call reaches them some turns of the event loop later, and is
 * answered some turns later still. Calls that are under way together arrive and complete in any order, so whoever checks
 * with one call and acts with another is found out.
 * @param seed the same seed gives the same delays.
 */
export function delayed(stores: Stores, seed: number): Stores {
  let state = seed;
  const random = (): number => {
    // A linear congruential generator (Numerical Recipes).
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const wait = async (): Promise<void> => {
    for (let turns = Math.floor(random() * TURNS); turns > 0; turns -= 1) await new Promise(setImmediate);
  };
  const delay = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        const method = member as (...args: unknown[]) => unknown;
        if (AT_ONCE.has(String(name))) return method.bind(target);
        return async (...args: unknown[]) => {
          await wait();
          try {
            return await method.apply(target, args);
          } finally {
            await wait();
          }
        };
      },
    });
  const parts = Object.entries(stores).map(([name, part]: [string, unknown]) => [
    name,
    typeof part === 'object' && part !== null ? delay(part) : part,
  ]);
  return Object.fromEntries(parts) as Stores;
}
