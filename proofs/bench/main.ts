import { writeFileSync } from 'node:fs';
import { arch, cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { appends } from './cases/appends';
import type { Scale } from './cases/case';
import { fairness } from './cases/fairness';
import { fanOut } from './cases/fan-out';
import { history } from './cases/history';
import { idle } from './cases/idle';
import { joins } from './cases/joins';
import { socketIoWrites } from './cases/socketio-writes';
import type { Result } from './table';

const CASES = {
  'fan-out': fanOut,
  'socketio-writes': socketIoWrites,
  idle,
  appends,
  joins,
  history,
  fairness,
};

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: Object.keys(CASES).join() },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    receivers: { type: 'string', default: '100,1000' },
    windows: { type: 'string', default: '0,1,16,64' },
    connections: { type: 'string', default: '5000' },
    stored: { type: 'string', default: '10000,1000000,10000000' },
    json: { type: 'string' },
  },
});

const parseNumbers = (text: string): number[] => text.split(',').map(Number);
const print = (text: string): boolean => process.stdout.write(`${text}\n\n`);

async function main(): Promise<void> {
  const scale: Scale = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    receivers: parseNumbers(values.receivers),
    windows: parseNumbers(values.windows),
    connections: Number(values.connections),
    stored: parseNumbers(values.stored),
  };
  const machine = `Node ${process.version}, Linux ${release()} on ${arch()}, ${cpus().length} × ${cpus()[0]?.model}`;
  print(machine);
  const results: Result[] = [];
  for (const name of values.cases.split(',')) {
    const measureCase = CASES[name as keyof typeof CASES];
    if (!measureCase)
      throw new Error(`There is no case "${name}". The cases are ${Object.keys(CASES).join(', ')}.`);
    for await (const [result, table] of measureCase(scale)) {
      results.push(result);
      print(table);
    }
  }
  if (values.json) writeFileSync(values.json, JSON.stringify({ machine, size: scale, results }, null, 2));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
