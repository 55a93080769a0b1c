import { LIMITED } from '../candidates';
import type { Attack } from '../load/hostile';
import { beside, measure } from '../measure';
import { withServer } from '../server';
import { ROOM, store } from '../stored-log';
import { byTurns, table, type Figures, type Result } from '../table';
import { percentile, type Size } from './case';

/** A room that takes a replay of twenty pages. */
const MESSAGES = 5_000;

/** What is done beside the well-behaved client, and whether that comes from its own address. */
const BESIDE: readonly (readonly [name: string, attack?: Attack, sameAddress?: boolean])[] = [
  ['undisturbed'],
  ['4 read the largest page in a loop', 'pages'],
  ['10 reconnect from the earliest in a loop, SSE', 'replays'],
  ['polling sessions post 64 KB of typing', 'typing'],
  ['a flood of invalid names', 'names'],
  ['a flood of invalid JSON', 'json'],
  ['a flood of messages over the limit', 'messages'],
  ['the largest page, from the same address', 'pages', true],
];

/** What a well-behaved client notices of hostile ones, with the default limits. */
export async function* fairness({ rounds, seconds }: Size): AsyncGenerator<[Result, string]> {
  const { file, remove } = store(MESSAGES);
  try {
    const result = await byTurns(
      'A well-behaved client beside hostile ones',
      rounds,
      BESIDE.map(([name, attack, sameAddress = false]) => ({
        name,
        run: () => run(file, seconds, attack, sameAddress),
      })),
    );
    const against = BESIDE[0]![0];
    const columns = [
      { title: 'read, p50 ms', figure: 'read50', places: 1, against },
      { title: 'read, p99 ms', figure: 'read99', places: 1, against },
      { title: 'message, p50 ms', figure: 'said50', places: 1, against },
      { title: 'message, p99 ms', figure: 'said99', places: 1, against },
      { title: 'refused, %', figure: 'refused', places: 1 },
      { title: 'server, % of a core', figure: 'cpu' },
    ];
    yield [result, table(result, columns)];
  } finally {
    remove();
  }
}

function run(file: string, seconds: number, attack: Attack | undefined, same: boolean): Promise<Figures> {
  return withServer(
    LIMITED,
    async (server) => {
      const behave = () => measure(server, 'behave', { room: ROOM, seconds });
      const measured = attack
        ? await beside(server, 'hostile', { attack, room: ROOM, same }, behave)
        : await behave();
      const { answered, acknowledged, refused, cpu } = measured;
      return {
        read50: percentile(answered, 0.5),
        read99: percentile(answered, 0.99),
        said50: percentile(acknowledged, 0.5),
        said99: percentile(acknowledged, 0.99),
        refused: (refused / (refused + answered.length + acknowledged.length)) * 100,
        cpu: (cpu / seconds) * 100,
      };
    },
    file,
  );
}
