import { Somebody } from '../../__tests__/support/people';
import { READERS } from '../../__tests__/support/readers';
import { read } from '../../__tests__/support/http';
import type { NewMessage } from '../../server/wire';
import { expect, type Case } from './case';
import { onGround } from './ground';

const ROUNDS = 25;

/** Says something as somebody who can delete it. */
async function said(by: Somebody, message: string): Promise<NewMessage> {
  const { status, body } = await by.ask('POST', '/messages', { message });
  expect(status === 201, `A message was answered with ${status}.`);
  return body as unknown as NewMessage;
}

async function deleted(by: Somebody, { id }: NewMessage): Promise<void> {
  const { status } = await by.ask('DELETE', `/r/lobby/messages/${id}`);
  expect(status === 204, `A deletion was answered with ${status}.`);
}

/** Readers that come right after a deletion was acknowledged. */
export const f28: Case = {
  name: 'F28',
  title: 'a reader comes just after a deletion was acknowledged, on every transport: never the deleted text',
  run: (build) =>
    onGround(build, async (ground) => {
      const masha = await Somebody.guest(ground.url);
      // Somebody who follows the room keeps its newest messages in memory.
      ground.watch('ws', 'earliest');
      let reads = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const message = await said(masha, `secret ${round}`);
        await deleted(masha, message);
        await Promise.all(
          Object.entries(READERS).map(async ([way, open]) => {
            const reading = await open(ground.url, { room: 'lobby', after: 'earliest' });
            for (let seq = 1; seq <= message.seq + 1; seq += 1) {
              const entry = await reading.next();
              expect(!JSON.stringify(entry).includes('secret'), `${way} was given ${JSON.stringify(entry)}.`);
            }
            reading.close();
            reads += 1;
          }),
        );
        for (const path of ['/', '/r/lobby', '/messages?last=50', `/messages?before=${message.cursor}`]) {
          const text = await (await fetch(ground.url + path)).text();
          expect(!text.includes('secret'), `GET ${path} has the deleted text.`);
          reads += 1;
        }
      }
      return `${ROUNDS} deletions, ${reads} reads right after them, none with the text`;
    }),
};

/** A room in which most of the log is no message. */
export const f31: Case = {
  name: 'F31',
  title:
    'a room where most entries are deletions: page, last= and curl show as many messages as were asked for',
  run: (build) =>
    onGround(build, async (ground) => {
      const masha = await Somebody.guest(ground.url);
      const all: NewMessage[] = [];
      for (let i = 1; i <= 300; i += 1) all.push(await said(masha, `message ${i}.`));
      for (const [i, message] of all.entries()) if (i % 5 > 0) await deleted(masha, message);
      const kept = all.filter((_message, i) => i % 5 === 0).map(({ message }) => message);
      const expected = kept.slice(-50).join();
      const page = await (await fetch(`${ground.url}/`, { headers: { Accept: 'text/html' } })).text();
      const lines = await (await fetch(`${ground.url}/r/lobby`)).text();
      const { messages } = await read(ground.url, { last: '50' });
      const found = {
        page: page.match(/message \d+\./g) ?? [],
        curl: lines.match(/message \d+\./g) ?? [],
        'last=50': messages.map((entry) => ('message' in entry ? entry.message : entry.type)),
      };
      for (const [where, texts] of Object.entries(found)) {
        expect(
          [...new Set(texts)].join() === expected,
          `${where} shows ${texts.length} messages: ${texts.join()}`,
        );
      }
      return `50 messages each on the page, by curl and by last=50, in a room of ${all.length} with ${kept.length} left`;
    }),
};
