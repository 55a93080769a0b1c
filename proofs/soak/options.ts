import { parseArgs } from 'node:util';
import { parseNumber, parseSeed } from '../command-line';
import { CASES, TESTED_ELSEWHERE } from './cases/all';
import { BELLS, DATABASES, type BellName, type DatabaseName } from './database';
import type { Plan } from './random-run';
import {
  ANY_NODE_READS,
  READ_TRANSPORTS,
  WRITE_TRANSPORTS,
  type ReadTransport,
  type WriteTransport,
} from './transports/all';

/** The options of the command. */
export interface Options extends Plan {
  /** Named cases to run instead of a random run. */
  cases: string[];
  /** The folder with the `dist/` to run; this repository by default. */
  build: string | undefined;
}

export const USAGE = `npm run soak -- [options]

  --seed N          repeats the decisions of a run; a new seed by default
  --deliveries N    ends after this many deliveries (default 1000000)
  --minutes N       ends after this time, however much was delivered (default 10)
  --readers N       (default 48)
  --writers N       (default 6)
  --reads a,b       transports of readers: ${Object.keys(READ_TRANSPORTS).join(', ')} (default: all; with several nodes those that
                    need no affinity: ${ANY_NODE_READS.join(', ')})
  --writes a,b      transports of writers: ${Object.keys(WRITE_TRANSPORTS).join(', ')} (default: all)
  --database NAME   ${Object.keys(DATABASES).join(' or ')} (default sqlite)
  --nodes N         servers on that database, behind a balancer that sends each request to the next one (default 1)
  --bell NAME       how they learn of each other's writes: ${Object.keys(BELLS).join(' or ')} (default notify)
  --build FOLDER    runs FOLDER/dist/main.js
  --case F4         runs named cases instead, separated by commas; "--cases all" runs all of them
`;

/** Parses the command line. @throws {Error} a sentence that describes the mistake. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      deliveries: { type: 'string', default: '1000000' },
      minutes: { type: 'string', default: '10' },
      readers: { type: 'string', default: '48' },
      writers: { type: 'string', default: '6' },
      reads: { type: 'string' },
      writes: { type: 'string', default: Object.keys(WRITE_TRANSPORTS).join() },
      database: { type: 'string', default: 'sqlite' },
      nodes: { type: 'string', default: '1' },
      bell: { type: 'string', default: 'notify' },
      build: { type: 'string' },
      case: { type: 'string' },
      cases: { type: 'string' },
    },
  });
  const nodes = parseNumber('nodes', values.nodes, 1);
  const database = parseNames<DatabaseName>('database', values.database, DATABASES)[0]!;
  if (nodes > 1 && database === 'sqlite') throw new Error('--nodes needs --database postgres.');
  const bell = parseNames<BellName>('bell', values.bell, BELLS)[0]!;
  if (bell === 'nats' && database === 'sqlite') throw new Error('--bell nats needs --database postgres.');
  const reads = values.reads ?? (nodes > 1 ? ANY_NODE_READS : Object.keys(READ_TRANSPORTS)).join();
  return {
    seed: parseSeed(values.seed),
    deliveries: parseNumber('deliveries', values.deliveries, 0),
    minutes: parseNumber('minutes', values.minutes, 0),
    readers: parseNumber('readers', values.readers, 0),
    writers: parseNumber('writers', values.writers, 0),
    reads: parseNames<ReadTransport>('reads', reads, READ_TRANSPORTS),
    writes: parseNames<WriteTransport>('writes', values.writes, WRITE_TRANSPORTS),
    database,
    nodes,
    bell,
    build: values.build,
    cases: parseCases(values.case ?? values.cases),
  };
}

/** @throws {Error} if there is no such case. */
function parseCases(text = ''): string[] {
  const known = [...CASES.map(({ name }) => name), ...Object.keys(TESTED_ELSEWHERE)];
  if (text.toLowerCase() === 'all') return known;
  const names = text.toUpperCase().split(',').filter(Boolean);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new Error(`There is no case "${unknown}". The cases are ${known.join(', ')}.`);
  return names;
}

function parseNames<T extends string>(name: string, text: string, known: Record<T, unknown>): T[] {
  return text.split(',').map((entry) => {
    if (!Object.hasOwn(known, entry)) {
      throw new Error(`--${name} must be some of ${Object.keys(known).join(', ')}, not "${entry}".`);
    }
    return entry as T;
  });
}
