import { writeFileSync } from 'node:fs';
import { arch, cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { parseNumber, print, runCommand } from '../command-line';
import { appends } from './cases/appends';
import type { Scale } from './cases/case';
import { chain } from './cases/chain';
import { fairness } from './cases/fairness';
import { fanOut } from './cases/fan-out';
import { history } from './cases/history';
import { idle } from './cases/idle';
import { joins } from './cases/joins';
import { nodes } from './cases/nodes';
import { socketIoWrites } from './cases/socketio-writes';
import type { Result } from './table';

const CASES = {
  'fan-out': fanOut,
  'socketio-writes': socketIoWrites,
  idle,
  appends,
  chain,
  nodes,
  joins,
  history,
  fairness,
};
type CaseName = keyof typeof CASES;

const USAGE = `npm run bench -- [options]

  --cases a,b         ${Object.keys(CASES).join(', ')} (default: all)
  --rounds N          how often each candidate is measured (default 3)
  --seconds N         how long each load lasts (default 3)
  --receivers N,N     numbers of receivers (default 100,1000)
  --windows N,N       messages in flight for each sender; 0 for a constant rate (default 0,1,16,64)
  --connections N     idle connections (default 5000)
  --stored N,N        lengths of the log, in messages (default 10000,1000000,10000000)
  --nodes N,N         numbers of nodes on one PostgreSQL (default 1,2,3)
  --json FILE         also writes all figures to FILE
`;

interface Options {
  cases: CaseName[];
  scale: Scale;
  json: string | undefined;
}

/** @returns true: a benchmark cannot fail. */
async function main({ cases, scale, json }: Options): Promise<boolean> {
  const machine = `Node ${process.version}, Linux ${release()} on ${arch()}, ${cpus().length} × ${cpus()[0]?.model}`;
  print(`${machine}\n`);
  const results: Result[] = [];
  for (const name of cases) {
    for await (const [result, table] of CASES[name](scale)) {
      results.push(result);
      print(`${table}\n`);
    }
  }
  if (json) writeFileSync(json, JSON.stringify({ machine, size: scale, results }, null, 2));
  return true;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: Object.keys(CASES).join() },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      receivers: { type: 'string', default: '100,1000' },
      windows: { type: 'string', default: '0,1,16,64' },
      connections: { type: 'string', default: '5000' },
      stored: { type: 'string', default: '10000,1000000,10000000' },
      nodes: { type: 'string', default: '1,2,3' },
      json: { type: 'string' },
    },
  });
  const parseNumbers = (option: string, text: string, min: number): number[] =>
    text.split(',').map((part) => parseNumber(option, part, min));
  return {
    cases: values.cases.split(',').map(parseCase),
    scale: {
      rounds: parseNumber('rounds', values.rounds, 1),
      seconds: parseNumber('seconds', values.seconds, 0),
      receivers: parseNumbers('receivers', values.receivers, 1),
      windows: parseNumbers('windows', values.windows, 0),
      connections: parseNumber('connections', values.connections, 1),
      stored: parseNumbers('stored', values.stored, 1),
      nodes: parseNumbers('nodes', values.nodes, 1),
    },
    json: values.json,
  };
}

/** @throws {Error} a sentence, if there is no such case. */
function parseCase(name: string): CaseName {
  if (Object.hasOwn(CASES, name)) return name as CaseName;
  throw new Error(`There is no case "${name}". The cases are ${Object.keys(CASES).join(', ')}.`);
}

runCommand(USAGE, readOptions, main);
