import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * A balancer in this process. It sends each request, and each upgraded connection, to the next node, and none of a client
 * to the node that got the client's last one. Clients name themselves by the user in the URL ({@link urlOfClient}).
 */
export interface Balancer {
  url: string;
  /** How many requests each node was sent. */
  requests: readonly number[];
  close: () => Promise<void>;
}

/** What a balancer answers if the node is down: whether the request was handled is unknown. */
const UNAVAILABLE = JSON.stringify({ error: 'This node is down.', code: 'unavailable', status: 503 });

/** Returns a URL by which the balancer recognizes a client. */
export function urlOfClient(url: string, client: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${encodeURIComponent(client)}@${host}`;
}

/** Starts a balancer. @param ports returns the ports of the nodes. */
export async function startBalancer(ports: () => readonly number[]): Promise<Balancer> {
  const requests = ports().map(() => 0);
  const lastOf = new Map<string, number>();
  let turn = 0;
  /** Returns the port of the node for a request. The header of the client is the balancer's, so it goes no further. */
  const next = ({ headers }: IncomingMessage): number => {
    const { authorization: client = '' } = headers;
    turn = (turn + 1) % requests.length;
    if (client && lastOf.get(client) === turn) turn = (turn + 1) % requests.length;
    lastOf.set(client, turn);
    requests[turn]! += 1;
    delete headers.authorization;
    return ports()[turn]!;
  };
  // A new connection for each request, so that none is sent over one that the node is closing.
  const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
  const sockets = new Set<Duplex>();
  const server = createServer((incoming, response) => forward(incoming, response, next(incoming), agent));
  server.on('upgrade', (incoming, client, head) => tunnel(incoming, client, head, next(incoming)));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  // The nodes end idle connections, not the balancer.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      sockets.forEach((socket) => socket.destroy());
      agent.destroy();
      await closed;
    },
  };
}

function forward(incoming: IncomingMessage, response: ServerResponse, port: number, agent: Agent): void {
  const { method, url, headers } = incoming;
  const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers, agent });
  const fail = (): void => {
    if (response.headersSent) return void response.destroy();
    response.writeHead(503, { 'Content-Type': 'application/json' }).end(UNAVAILABLE);
  };
  outgoing.on('error', fail);
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    // The head of a stream that is still quiet.
    response.flushHeaders();
    answer.on('error', fail).on('aborted', fail);
    answer.pipe(response);
  });
  incoming.on('error', () => outgoing.destroy());
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function tunnel(
  { method, url, rawHeaders }: IncomingMessage,
  client: Duplex,
  head: Buffer,
  port: number,
): void {
  const node = connect(port, '127.0.0.1');
  const lines = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 && name.toLowerCase() !== 'authorization' ? [`${name}: ${rawHeaders[i + 1]}`] : [],
  );
  node.write([`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  node.write(head);
  for (const [from, to] of [
    [client, node],
    [node, client],
  ] as const) {
    from.on('error', () => undefined).on('close', () => to.destroy());
    from.pipe(to);
  }
}
