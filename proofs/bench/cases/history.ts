import { PARLEY } from '../candidates';
import { measure } from '../measure';
import { withServer } from '../server';
import { ROOM, store } from '../stored-log';
import { byTurns, table, type Figures, type Result } from '../table';
import { percentile, type Size } from './case';

const READS = 300;

/** What the length of the log costs: a page of history, a reader that comes back, and the start. */
export async function* history({ rounds, stored }: Size): AsyncGenerator<[Result, string]> {
  const logs = stored.map((messages) => ({ messages, ...store(messages) }));
  try {
    const result = await byTurns(
      'The length of the log',
      rounds,
      logs.map(({ messages, file }) => ({ name: named(messages), run: () => run(messages, file) })),
    );
    const against = named(stored[0]!);
    const columns = [
      { title: 'page anywhere, p50 ms', figure: 'page', places: 2, against },
      { title: 'resume of 200 missed, p50 ms', figure: 'resume', places: 2, against },
      { title: 'join with the last 50, p50 ms', figure: 'join', places: 2, against },
      { title: 'start, s', figure: 'start', places: 2, against },
    ];
    yield [result, table(result, columns)];
  } finally {
    logs.forEach(({ remove }) => remove());
  }
}

const named = (messages: number): string => `${messages.toLocaleString('en')} messages`;

function run(messages: number, file: string): Promise<Figures> {
  return withServer(
    PARLEY.ws,
    async (server) => {
      const url = `http://127.0.0.1:${server.port}`;
      const { cursor } = (await (await fetch(`${url}/messages?room=${ROOM}&last=1`)).json()) as {
        cursor: string;
      };
      const epoch = cursor.replace(/:.*/, '');
      const page = await pages(url, () => Math.floor(Math.random() * (messages - 100)), epoch);
      const common = { reads: 'json', connections: READS, atOnce: 1 } as const;
      const resume = await measure(server, 'joins', {
        ...common,
        start: { room: ROOM, after: `${epoch}:${messages - 200}` },
        messages: 200,
      });
      const join = await measure(server, 'joins', {
        ...common,
        start: { room: ROOM, last: '50' },
        messages: 50,
      });
      return {
        page: percentile(page, 0.5),
        resume: percentile(resume.latencies, 0.5),
        join: percentile(join.latencies, 0.5),
        start: server.starting,
      };
    },
    file,
  );
}

/** Reads pages of 50 from places all over the log. */
async function pages(url: string, seq: () => number, epoch: string): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < READS; i += 1) {
    const begin = performance.now();
    const answer = await fetch(`${url}/messages?room=${ROOM}&limit=50&after=${epoch}:${seq()}`);
    await answer.text();
    took.push(performance.now() - begin);
  }
  return took.sort((a, b) => a - b);
}
