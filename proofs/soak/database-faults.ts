import type { Link } from '../../__tests__/support/link';
import type { NatsServer } from '../../__tests__/support/nats';
import type { PostgresAccess } from './database';
import type { Fault, FaultTools } from './faults';

/** How long it is watched for a commit to cut, in ms. */
const COMMIT_WATCH_MS = 1_000;

/** Returns the faults of PostgreSQL and of the network between it and the nodes. */
export function databaseFaults(
  { database, queries, listens, nats }: PostgresAccess,
  tools: () => FaultTools,
): Record<string, Fault> {
  return {
    'database restarted': { weight: 1, inject: () => database.server.control('restart', '-m', 'immediate') },
    'cut off': {
      weight: 2,
      inject: async () => {
        const { random, wait } = tools();
        const i = random.below(queries.length);
        const proxies = [queries[i]!, listens[i]!];
        proxies.forEach((proxy) => proxy.disable());
        await wait(random.between(100, 4_000));
        proxies.forEach((proxy) => proxy.enable());
      },
    },
    'commit cut': {
      weight: 4,
      inject: async () => {
        const { random, wait } = tools();
        const { links } = random.pick(queries);
        for (const link of links) cutAfterCommit(link);
        await wait(COMMIT_WATCH_MS);
      },
    },
    'queries frozen': { weight: 2, inject: () => freeze(queries, tools()) },
    ...(nats
      ? { 'NATS frozen': { weight: 4, inject: () => stop(nats, tools()) } }
      : { 'LISTEN frozen': { weight: 4, inject: () => freeze(listens, tools()) } }),
  };
}

/** Cuts a connection when the next commit has reached the database, before its answer has reached the node. */
export function cutAfterCommit(link: Link): void {
  const onData = (chunk: Buffer): void => {
    if (!chunk.includes('COMMIT')) return;
    link.client.off('data', onData);
    link.dropFromServer();
    setTimeout(() => link.reset(), 20);
  };
  link.client.on('data', onData);
  setTimeout(() => link.client.off('data', onData), COMMIT_WATCH_MS);
}

/** Stops the NATS server for a while: its connections stay open, and no hint arrives. */
async function stop({ child }: NatsServer, { random, wait }: FaultTools): Promise<void> {
  child.kill('SIGSTOP');
  await wait(random.between(500, 6_000));
  child.kill('SIGCONT');
}

/** Freezes the open connections of a node, so that no end of them notices, and resets them later. */
async function freeze(proxies: PostgresAccess['queries'], { random, wait }: FaultTools): Promise<void> {
  const links = [...random.pick(proxies).links];
  links.forEach((link) => link.stall());
  await wait(random.between(500, 6_000));
  links.forEach((link) => link.reset());
}
