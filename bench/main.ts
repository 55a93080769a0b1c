import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Load, Seen } from './load';
import { PEERS, type Peer } from './peers';
import { startServer } from './server';

/** What was measured of one peer in one case. */
interface Figure {
  peer: string;
  /** Messages that were delivered to a reader, in a second. */
  deliveries: number;
  /** Server time for each of them, in µs. */
  cpu: number;
  /** Of a message, from its sender and back, in ms. */
  p50: number;
  p99: number;
}

const { values } = parseArgs({
  options: {
    receivers: { type: 'string', default: '100,1000' },
    windows: { type: 'string', default: '0,1,16,64' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const numbers = (text: string): number[] => text.split(',').map(Number);
const print = (line: string): boolean => process.stdout.write(`${line}\n`);

async function measure(peer: Peer, load: Omit<Load, 'port' | 'reads' | 'writes'>): Promise<Figure> {
  const server = await startServer(peer);
  const child = fork(join(__dirname, 'load.ts'), {
    execArgv: ['-r', 'ts-node/register/transpile-only'],
    execPath: join(__dirname, 'pinned'),
  });
  child.send({ ...load, port: server.port, reads: peer.reads, writes: peer.writes } satisfies Load);
  await once(child, 'message');
  const before = server.cpu();
  const [{ messages, elapsed, latencies }] = (await once(child, 'message')) as [Seen];
  const used = server.cpu() - before;
  child.kill();
  await server.end();
  const deliveries = messages * load.receivers;
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN;
  return {
    peer: peer.name,
    deliveries: deliveries / elapsed,
    cpu: (used * 1e6) / deliveries,
    p50: at(0.5),
    p99: at(0.99),
  };
}

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
const spread = (list: number[]): string =>
  `${Math.round(Math.min(...list) / 1e3)}–${Math.round(Math.max(...list) / 1e3)} k`;

async function main(): Promise<void> {
  const all: object[] = [];
  for (const receivers of numbers(values.receivers)) {
    for (const window of numbers(values.windows)) {
      const rounds: Figure[] = [];
      // By turns, so that a machine that slows down slows all of them down.
      for (let round = 0; round < Number(values.rounds); round += 1) {
        for (const peer of PEERS) {
          rounds.push(await measure(peer, { receivers, window, pace: 50, seconds: Number(values.seconds) }));
        }
      }
      print(
        `\n${receivers} receivers, ${window > 0 ? `4 senders with ${window} in flight` : '50 messages/s'}`,
      );
      print(
        '| | deliveries/s | spread | of Socket.IO | server µs/delivery | p50 ms | p99 ms |\n|-|-|-|-|-|-|-|',
      );
      const of = (name: string, key: keyof Figure) =>
        rounds.filter(({ peer }) => peer === name).map((figure) => figure[key] as number);
      const base = median(of('Socket.IO, io.emit', 'deliveries'));
      for (const { name } of PEERS) {
        const deliveries = of(name, 'deliveries');
        const [cpu, p50, p99] = (['cpu', 'p50', 'p99'] as const).map((key) =>
          median(of(name, key)).toFixed(1),
        );
        const rate = median(deliveries);
        print(
          `| ${name} | ${Math.round(rate / 1e3)} k | ${spread(deliveries)} | ${(rate / base).toFixed(1)} | ${cpu} | ${p50} | ${p99} |`,
        );
      }
      all.push({ receivers, window, rounds });
    }
  }
  if (values.json) writeFileSync(values.json, JSON.stringify(all, null, 2));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
