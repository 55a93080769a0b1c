import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ATTACKS } from '../../proofs/siege/attacks';
import { HostileClient } from '../../proofs/siege/hostile-client';

const ADDRESSES = 4;

/** Runs an attack against a server that only reads, until 20 connections have sent something. */
async function observe(attack: string): Promise<{ paths: Set<string>; addresses: Set<string> }> {
  const paths = new Set<string>();
  const addresses = new Set<string>();
  let connections = 0;
  let resolveEnough = (): void => undefined;
  const enough = new Promise<void>((resolve) => (resolveEnough = resolve));
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (chunk: Buffer) => {
      paths.add(chunk.toString('latin1').split(' ')[1]!);
      addresses.add(socket.remoteAddress!);
      if ((connections += 1) === 20) resolveEnough();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = new HostileClient({ port: (server.address() as AddressInfo).port, addresses: ADDRESSES });
  ATTACKS[attack]!(client);
  await enough;
  client.end();
  server.close();
  await once(server, 'close');
  return { paths, addresses };
}

describe('the attacks of the siege', () => {
  it.each([
    ['stalled: SSE and lines', 2],
    ['half-sent bodies', 4],
  ])('come from all addresses, and use all their variants: %s', async (attack, variants) => {
    const { paths, addresses } = await observe(attack);
    expect(addresses.size).toBe(ADDRESSES);
    expect(paths.size).toBe(variants);
  });
});
