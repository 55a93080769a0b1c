import type { MessagePage } from '../../../server/wire';
import { percentile } from '../../percentile';
import { PARLEY } from '../candidates';
import { measure } from '../measure';
import { withServer } from '../server';
import { createStoredLog, ROOM } from '../stored-log';
import { formatTable, measureInTurns, type Figures, type Result } from '../table';
import type { Scale } from './case';

/** How many pages are read, and how many readers resume and join. */
const READS = 300;
/** How many messages a resuming reader has missed. */
const MISSED = 200;
/** The size of a page. */
const PAGE = 50;

/** How the length of the log affects a page of history, a reader that resumes, and the start of the server. */
export async function* history({ rounds, stored }: Scale): AsyncGenerator<[Result, string]> {
  const logs = stored.map((messages) => ({ messages, ...createStoredLog(messages) }));
  try {
    const result = await measureInTurns(
      'The length of the log',
      rounds,
      logs.map(({ messages, file }) => ({ name: nameOf(messages), run: () => run(messages, file) })),
    );
    const against = nameOf(stored[0]!);
    const columns = [
      { title: 'page anywhere, p50 ms', figure: 'page', places: 2, against },
      { title: `resume of ${MISSED} missed, p50 ms`, figure: 'resume', places: 2, against },
      { title: `join with the last ${PAGE}, p50 ms`, figure: 'join', places: 2, against },
      { title: 'start, s', figure: 'start', places: 2, against },
    ];
    yield [result, formatTable(result, columns)];
  } finally {
    logs.forEach(({ remove }) => remove());
  }
}

const nameOf = (messages: number): string => `${messages.toLocaleString('en')} messages`;

function run(messages: number, file: string): Promise<Figures> {
  return withServer(
    PARLEY.ws,
    async (server) => {
      const url = `http://127.0.0.1:${server.port}`;
      const last = await fetch(`${url}/messages?room=${ROOM}&last=1`);
      const { cursor } = (await last.json()) as MessagePage;
      const epoch = cursor.replace(/:.*/, '');
      const pages = await readPages(url, epoch, messages);
      const common = { reads: 'json', connections: READS, atOnce: 1 } as const;
      const resume = await measure(server, 'joins', {
        ...common,
        start: { room: ROOM, after: `${epoch}:${messages - MISSED}` },
        messages: MISSED,
      });
      const join = await measure(server, 'joins', {
        ...common,
        start: { room: ROOM, last: String(PAGE) },
        messages: PAGE,
      });
      return {
        page: percentile(pages, 0.5),
        resume: percentile(resume.latencies, 0.5),
        join: percentile(join.latencies, 0.5),
        start: server.startSeconds,
      };
    },
    file,
  );
}

/** Reads pages from random positions of the log. @returns the latencies, in ms. */
async function readPages(url: string, epoch: string, messages: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let i = 0; i < READS; i += 1) {
    const seq = Math.floor(Math.random() * (messages - 100));
    const startedAt = performance.now();
    const response = await fetch(`${url}/messages?room=${ROOM}&limit=${PAGE}&after=${epoch}:${seq}`);
    await response.text();
    latencies.push(performance.now() - startedAt);
  }
  return latencies;
}
