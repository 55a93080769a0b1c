import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { Link } from './link';

/** A TCP proxy in front of a server that can simulate network faults. */
export interface Proxy {
  url: string;
  /** The open connections, oldest first. */
  links: ReadonlySet<Link>;
  /** Closes all connections, and refuses new ones until {@link enable}. */
  disable: () => void;
  /** Drops the data of all connections, also of new ones until {@link enable}. */
  stall: () => void;
  enable: () => void;
  close: () => Promise<void>;
}

/** Starts a proxy in front of the server at `url`. */
export async function startProxy(url: string): Promise<Proxy> {
  const { port } = new URL(url);
  const links = new Set<Link>();
  let refusing = false;
  let stalling = false;
  const closeLinks = (): void => links.forEach((link) => link.close());
  const server = createServer((client) => {
    if (refusing) return client.destroy();
    const link = new Link(client, connect(Number(port), '127.0.0.1'), () => links.delete(link));
    links.add(link);
    if (stalling) link.stall();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    links,
    disable: () => {
      refusing = true;
      closeLinks();
    },
    stall: () => {
      stalling = true;
      links.forEach((link) => link.stall());
    },
    enable: () => (refusing = stalling = false),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      closeLinks();
      await closed;
    },
  };
}
