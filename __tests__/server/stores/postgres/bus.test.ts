import type { Bus } from '../../../../server/access/bus';
import { ListenBus } from '../../../../server/stores/postgres/listen-bus';
import { NatsBus } from '../../../../server/stores/postgres/nats-bus';
import { hasNats, startNats } from '../../../support/nats';
import { createDatabase } from '../../../support/postgres';
import { hasPostgres } from '../../../support/postgres-programs';
import { startProxy, type Proxy } from '../../../support/proxy';
import { Queue } from '../../../support/queue';

type ClosableBus = Bus & { close(): Promise<void> };

/** A way for processes to reach each other. */
interface Network {
  /** Connects a process, through the proxy or directly. */
  connect: (isProxied?: boolean) => Promise<ClosableBus>;
  proxy: Proxy;
  close: () => Promise<void>;
}

/** How often a connection is checked, in ms. */
const CHECK_INTERVAL = 200;

async function listenNetwork(): Promise<Network> {
  const database = await createDatabase();
  const proxy = await startProxy(database.url);
  const proxied = database.url.replace(String(database.server.port), new URL(proxy.url).port);
  return {
    connect: async (isProxied = false) => {
      const bus = new ListenBus(isProxied ? proxied : database.url, CHECK_INTERVAL);
      await bus.open();
      return bus;
    },
    proxy,
    close: async () => {
      await proxy.close();
      await database.remove();
    },
  };
}

async function natsNetwork(): Promise<Network> {
  const server = await startNats();
  const proxy = await startProxy(`http://127.0.0.1:${server.port}`);
  return {
    connect: (isProxied = false) =>
      NatsBus.open(
        `nats://127.0.0.1:${isProxied ? new URL(proxy.url).port : server.port}`,
        'test',
        CHECK_INTERVAL,
      ),
    proxy,
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

if (!hasNats) console.error('The tests of the bus over NATS are skipped: nats-server is missing.');

const NETWORKS: [string, boolean, () => Promise<Network>][] = [
  ['LISTEN and NOTIFY', hasPostgres, listenNetwork],
  ['NATS', hasNats, natsNetwork],
];

describe.each(NETWORKS.filter(([, isThere]) => isThere))('a bus over %s', (_name, _isThere, start) => {
  let network: Network;
  const buses: ClosableBus[] = [];

  beforeEach(async () => (network = await start()));
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    await network.close();
  });

  const connect = async (isProxied?: boolean): Promise<{ bus: ClosableBus; messages: Queue<string> }> => {
    const bus = await network.connect(isProxied);
    buses.push(bus);
    const messages = new Queue<string>();
    bus.subscribe('log', (payload) => messages.push(payload));
    return { bus, messages };
  };
  /** Publishes until the message arrives: a subscription may not be in place yet. */
  const reach = async (from: Bus, messages: Queue<string>): Promise<void> => {
    while (messages.isEmpty) {
      from.publish('log', 'hello');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    while (!messages.isEmpty) await messages.next();
  };

  it('carries messages of a topic to the other processes, and not to its own', async () => {
    const [one, two] = [await connect(), await connect()];
    await reach(one.bus, two.messages);
    await reach(two.bus, one.messages);
    one.bus.publish('typing', 'not subscribed');
    one.bus.publish('log', 'Маша "x"\nline');
    expect(await two.messages.next()).toBe('Маша "x"\nline');
    two.bus.publish('log', 'back');
    expect(await one.messages.next()).toBe('back');
  });

  it('sends equal messages of one moment once, and refuses those that are too long', async () => {
    const [one, two] = [await connect(), await connect()];
    await reach(one.bus, two.messages);
    for (const payload of ['a', 'a', 'b', 'a']) one.bus.publish('log', payload);
    expect([await two.messages.next(), await two.messages.next()]).toEqual(['a', 'b']);
    one.bus.publish('log', 'x'.repeat(7_999));
    expect(await two.messages.next()).toHaveLength(7_999);
    expect(() => one.bus.publish('log', 'x'.repeat(8_000))).toThrow('too long');
  });

  it.each(['cut', 'silently dead'])(
    'connects again when it is %s, and says that there was a gap',
    async (how) => {
      const [one, two] = [await connect(), await connect(true)];
      await reach(one.bus, two.messages);
      const gap = new Promise<void>((resolve) => two.bus.onGap(resolve));
      for (const link of network.proxy.links) {
        if (how === 'cut') link.reset();
        else link.stall();
      }
      await gap;
      await reach(one.bus, two.messages);
      await reach(two.bus, one.messages);
    },
  );
});

describe('a bus over NATS', () => {
  it('is not there if its server is not', async () => {
    await expect(NatsBus.open('nats://me:secret@127.0.0.1:1', 'test')).rejects.toThrow(
      /^The NATS server 127\.0\.0\.1:1 of NATS_URL can't be reached: (?!.*secret)/,
    );
  });
});
