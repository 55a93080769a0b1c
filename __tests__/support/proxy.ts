import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a server, for what networks do to connections. */
export interface Proxy {
  url: string;
  /** Cuts all connections, and refuses new ones until {@link mend}. */
  cut: () => void;
  mend: () => void;
  close: () => Promise<void>;
}

/** Puts a proxy before the server at `url`. */
export async function startProxy(url: string): Promise<Proxy> {
  const { port } = new URL(url);
  const open = new Set<Socket>();
  let refusing = false;
  const drop = (): void => open.forEach((socket) => socket.destroy());
  const server = createServer((near) => {
    if (refusing) return near.destroy();
    const far = connect(Number(port), '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    cut: () => {
      refusing = true;
      drop();
    },
    mend: () => (refusing = false),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      drop();
      await closed;
    },
  };
}
