import { percentile } from '../../percentile';
import { PARLEY_WITH_LIMITS } from '../candidates';
import type { Attack } from '../load/hostile';
import { measure, runBeside } from '../measure';
import { withServer } from '../server';
import { createStoredLog, ROOM } from '../stored-log';
import { formatTable, measureInTurns, type Figures, type Result } from '../table';
import type { Scale } from './case';

/** The length of the room, in messages: a replay takes twenty pages. */
const MESSAGES = 5_000;

interface Variant {
  name: string;
  attack?: Attack;
  /** Whether the attack comes from the address of the well-behaved client. */
  sameAddress?: boolean;
}

const UNDISTURBED: Variant = { name: 'undisturbed' };
const VARIANTS: readonly Variant[] = [
  UNDISTURBED,
  { name: '4 read the largest page in a loop', attack: 'pages' },
  { name: '10 reconnect from the earliest in a loop, SSE', attack: 'replays' },
  { name: 'polling sessions post 64 KB of typing', attack: 'typing' },
  { name: 'a flood of invalid names', attack: 'names' },
  { name: 'a flood of invalid JSON', attack: 'json' },
  { name: 'a flood of messages over the limit', attack: 'messages' },
  { name: 'the largest page, from the same address', attack: 'pages', sameAddress: true },
];

/** How hostile clients affect a well-behaved one, with the default limits. */
export async function* fairness({ rounds, seconds }: Scale): AsyncGenerator<[Result, string]> {
  const { file, remove } = createStoredLog(MESSAGES);
  try {
    const result = await measureInTurns(
      'A well-behaved client beside hostile ones',
      rounds,
      VARIANTS.map((variant) => ({ name: variant.name, run: () => run(file, seconds, variant) })),
    );
    const against = UNDISTURBED.name;
    const columns = [
      { title: 'read, p50 ms', figure: 'read50', places: 1, against },
      { title: 'read, p99 ms', figure: 'read99', places: 1, against },
      { title: 'message, p50 ms', figure: 'message50', places: 1, against },
      { title: 'message, p99 ms', figure: 'message99', places: 1, against },
      { title: 'refused, %', figure: 'refused', places: 1 },
      { title: 'server, % of a core', figure: 'cpu' },
    ];
    yield [result, formatTable(result, columns)];
  } finally {
    remove();
  }
}

function run(file: string, seconds: number, { attack, sameAddress = false }: Variant): Promise<Figures> {
  return withServer(
    PARLEY_WITH_LIMITS,
    async (server) => {
      const measureClient = () => measure(server, 'behave', { room: ROOM, seconds });
      const measured = attack
        ? await runBeside(server, 'hostile', { attack, room: ROOM, sameAddress }, measureClient)
        : await measureClient();
      const { answered, acknowledged, refused, cpuSeconds } = measured;
      return {
        read50: percentile(answered, 0.5),
        read99: percentile(answered, 0.99),
        message50: percentile(acknowledged, 0.5),
        message99: percentile(acknowledged, 0.99),
        refused: (refused / (refused + answered.length + acknowledged.length)) * 100,
        cpu: (cpuSeconds / seconds) * 100,
      };
    },
    file,
  );
}
