import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startBalancer, urlOfClient, type Balancer } from '../../proofs/soak/balancer';
import { requestJson } from '../../proofs/soak/transports/http';
import WebSocket, { WebSocketServer } from 'ws';

let nodes: Server[];
let balancer: Balancer;

/** Starts a node that answers every request, and the opening of every socket, with its number and who it thinks asks. */
async function startNode(node: number): Promise<Server> {
  const server = createServer(({ headers }, response) => {
    response.end(JSON.stringify({ node, authorization: headers.authorization }));
  });
  new WebSocketServer({ server }).on('connection', (socket, { headers }) => {
    socket.send(JSON.stringify({ node, authorization: headers.authorization }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Returns the node that gets a request, or a socket. */
async function nodeOf(url: string): Promise<number> {
  type Answer = { node: number; authorization?: string };
  const overHttp = async () => (await requestJson<Answer>(`${url}/`)).body;
  const overSocket = async () => {
    const socket = new WebSocket(url.replace('http', 'ws'));
    const [data] = (await once(socket, 'message')) as [Buffer];
    socket.terminate();
    return JSON.parse(data.toString()) as Answer;
  };
  const { node, authorization } = await (url.includes('socket') ? overSocket() : overHttp());
  expect(authorization).toBeUndefined();
  return node;
}

beforeEach(async () => {
  nodes = await Promise.all([0, 1, 2].map(startNode));
  balancer = await startBalancer(() => nodes.map((node) => (node.address() as AddressInfo).port));
});
afterEach(async () => {
  await balancer.close();
  nodes.forEach((node) => node.close());
});

describe('the balancer of the fault harness', () => {
  it('never sends two requests of a client in a row to the same node, whatever others send in between', async () => {
    const clients = ['reader', 'socket reader', 'socket writer'];
    const last = new Map<string, number>();
    for (let i = 0; i < 60; i += 1) {
      // Some clients send more than others, so that a plain round robin would give some of them the same node again.
      const client = clients[(i * i) % clients.length]!;
      const node = await nodeOf(urlOfClient(balancer.url, client));
      expect(node).not.toBe(last.get(client));
      last.set(client, node);
    }
  });

  it('spreads the requests of everybody over all nodes', async () => {
    for (let i = 0; i < 9; i += 1) await nodeOf(balancer.url);
    expect(balancer.requests).toEqual([3, 3, 3]);
  });
});
