import type { Stores } from '../../server/stores/open';
import { unavailable } from '../../server/stores/unavailable';

/** What works without the database. */
const LOCAL = new Set(['onCommit', 'onChange', 'onMissed', 'publish', 'subscribe', 'onGap', 'close']);

/** Stores whose database can be put out of reach. */
export interface SeverableStores {
  stores: Stores;
  /** Refuses all calls from now on, as without a network route, or never answers them, as when packets are dropped. */
  sever: (manner: 'refuse' | 'hang') => void;
  /** Answers calls again, also those that hang. */
  restore: () => void;
}

/** Wraps stores so that their database can be cut off. Nothing reaches it while it is. */
export function severable(stores: Stores): SeverableStores {
  let manner: 'refuse' | 'hang' | undefined;
  let restored = Promise.resolve();
  let restore = (): void => undefined;
  const reach = async (): Promise<void> => {
    if (manner === 'refuse') throw unavailable(new Error('connect ECONNREFUSED'));
    await restored;
  };
  const wrap = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member === 'object' && member !== null) return wrap(member);
        if (typeof member !== 'function') return member;
        const method = member as (...args: unknown[]) => unknown;
        if (LOCAL.has(String(name))) return method.bind(target);
        return async (...args: unknown[]) => {
          await reach();
          return method.apply(target, args);
        };
      },
    });
  return {
    stores: wrap(stores),
    sever: (how) => {
      manner = how;
      if (how === 'hang') restored = new Promise((resolve) => (restore = resolve));
    },
    restore: () => {
      manner = undefined;
      restore();
    },
  };
}
