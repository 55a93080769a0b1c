import { randomUUID } from 'node:crypto';
import type { Entry, NewMessage } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { errorOf } from '../../support/error';
import { readAll, readPage, sendMessage } from '../../support/http';
import { type Reader, READERS, type StartPosition } from '../../support/readers';
import { type Writer, WRITERS } from '../../support/writers';

/**
 * The one contract of all transports. Exceptions: the lines of `/ws` without a subprotocol have no cursor and are
 * tested by themselves, and a form's answer is no message; both stand in the tests of their files.
 */

let app: RunningApp;
let room: string;
let open: (Reader | Writer)[] = [];

beforeAll(async () => (app = await startApp()));
afterAll(() => app.close());
beforeEach(() => (room = `r-${randomUUID().slice(0, 8)}`));
afterEach(() => {
  open.forEach((one) => one.close());
  open = [];
});

async function read(name: string, from: Omit<StartPosition, 'room'> = {}): Promise<Reader> {
  const reading = await READERS[name]!(app.url, { room, ...from });
  open.push(reading);
  return reading;
}

async function writer(name: string): Promise<Writer> {
  const one = await WRITERS[name]!(app.url);
  open.push(one);
  return one;
}

async function take(reading: Reader, count: number): Promise<Entry[]> {
  const taken: Entry[] = [];
  while (taken.length < count) taken.push((await reading.next()) as Entry);
  return taken;
}

async function sendAll(...texts: string[]): Promise<NewMessage[]> {
  const sent: NewMessage[] = [];
  for (const text of texts) sent.push(await sendMessage(app.url, text, { room }));
  return sent;
}

const pairs = (names: string[]) => names.flatMap((a) => names.map((b): [string, string] => [a, b]));

describe.each(Object.keys(READERS))('a reader on %s', (name) => {
  it('gets history and live entries as one stream, in the same JSON as on every other transport', async () => {
    const before = await sendAll('a', 'b');
    const reading = await read(name, { after: 'earliest' });
    const after = await sendAll('c', 'd');
    expect(await take(reading, 4)).toEqual([...before, ...after]);
  });

  it('begins with the newest n', async () => {
    const sent = await sendAll('a', 'b', 'c');
    expect(await take(await read(name, { last: 2 }), 2)).toEqual(sent.slice(1));
  });

  it('gets only live entries by default', async () => {
    await sendAll('before');
    const reading = await read(name);
    const sent = await sendAll('after');
    expect(await take(reading, 1)).toEqual(sent);
  });

  it('gets no gaps or duplicates when it joins during a burst', async () => {
    const burst = Array.from({ length: 100 }, (_, i) => sendMessage(app.url, String(i), { room }));
    const reading = await read(name, { after: 'earliest' });
    await Promise.all(burst);
    expect(await take(reading, 100)).toEqual(await readAll(app.url, room));
  });

  it('resumes after the last entry that it received', async () => {
    const sent = await sendAll('a', 'b', 'c');
    const [first] = await take(await read(name, { after: 'earliest' }), 1);
    open.forEach((one) => one.close());
    sent.push(...(await sendAll('d')));
    expect(await take(await read(name, { after: first!.cursor }), 3)).toEqual(sent.slice(1));
  });

  it('gets a reset for a cursor of another history, and continues from the head', async () => {
    const [sent] = await sendAll('a');
    const reading = await read(name, { after: 'gone:5' });
    const reset = {
      type: 'reset',
      room,
      earliest: (await readPage(app.url, { room })).earliest,
      cursor: sent!.cursor,
    };
    expect(await reading.next()).toMatchObject(reset);
    const next = await sendAll('b');
    expect(await take(reading, 1)).toEqual(next);
  });

  it('gets nothing from other rooms', async () => {
    const reading = await read(name);
    await sendMessage(app.url, 'elsewhere', { room: `${room}-x` });
    const sent = await sendAll('here');
    expect(await take(reading, 1)).toEqual(sent);
  });
});

describe('a cursor', () => {
  it.each(pairs(Object.keys(READERS)))(
    'is handed from %s to %s, and nothing falls in between',
    async (from, to) => {
      const sent = await sendAll('a', 'b');
      const first = await read(from, { after: 'earliest' });
      const seen = await take(first, 2);
      first.close();
      sent.push(...(await sendAll('between')));
      const second = await read(to, { after: seen.at(-1)!.cursor });
      sent.push(...(await sendAll('c')));
      expect([...seen, ...(await take(second, 2))]).toEqual(sent);
    },
  );

  it('carries a conversation of forty messages from WebSocket to SSE to curl', async () => {
    const sent = await sendAll(...Array.from({ length: 40 }, (_, i) => String(i)));
    const seen: Entry[] = [];
    let after = 'earliest';
    for (const [name, count] of [
      ['WebSocket (json)', 15],
      ['SSE', 15],
      ['curl (NDJSON)', 10],
    ] as const) {
      seen.push(...(await take(await read(name, { after }), count)));
      after = seen.at(-1)!.cursor;
    }
    expect(seen).toEqual(sent);
  });
});

describe('a message', () => {
  it.each(pairs(Object.keys(WRITERS)))('sent over %s and again over %s is stored once', async (from, to) => {
    const [first, second] = [await writer(from), await writer(to)];
    const draft = { id: randomUUID(), room, message: 'once' };
    const acknowledged = await first.write(draft);
    expect(await second.write(draft)).toEqual(acknowledged);
    expect(await second.write({ ...draft, message: 'else' })).toEqual(errorOf('id_taken'));
    expect(await readAll(app.url, room)).toEqual([acknowledged]);
  });

  it('sent over all transports at the same time is stored once', async () => {
    const writers = await Promise.all(Object.keys(WRITERS).map(writer));
    const draft = { id: randomUUID(), room, message: 'once' };
    const answers = await Promise.all(writers.flatMap((one) => [one.write(draft), one.write(draft)]));
    const log = await readAll(app.url, room);
    expect(log).toHaveLength(1);
    answers.forEach((answer) => expect(answer).toEqual(log[0]));
  });

  it.each(Object.keys(WRITERS))(
    'acknowledged over %s comes before messages that are sent after that',
    async (name) => {
      const one = await writer(name);
      const seqs: number[] = [];
      for (let i = 0; i < 5; i += 1) {
        seqs.push(((await one.write({ id: randomUUID(), room, message: String(i) })) as NewMessage).seq);
      }
      expect(seqs).toEqual([1, 2, 3, 4, 5]);
    },
  );
});
