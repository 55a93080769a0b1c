import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import type { MessagePage, NewMessage } from '../../../server/wire';
import { seqOf } from '../observed-log';
import { ALL_READS } from '../transports/all';
import { requestJson } from '../transports/http';
import { check, waitUntil, type Case } from './case';
import { checkContinuous, withFixture, type CheckedReader, type Fixture } from './fixture';

/** The length of the log that is replayed, in messages. */
const REPLAYED = 10_000;
/** How many writers write at once. */
const WRITERS = 4;

/** Writes continuously, from several writers. @returns a function that stops and returns how many were acknowledged. */
function startLoad(fixture: Fixture): () => Promise<number> {
  let isRunning = true;
  let count = 0;
  const writeSerially = async (): Promise<void> => {
    const writer = await fixture.openWriter('socketio');
    while (isRunning) {
      await fixture.write(writer, `load ${count}`);
      count += 1;
      await pause(1);
    }
  };
  const writing = Array.from({ length: WRITERS }, writeSerially);
  return async () => {
    isRunning = false;
    await Promise.all(writing);
    return count;
  };
}

/** Waits until all readers have reached the head. @returns the head. */
async function reachHead(fixture: Fixture, readers: CheckedReader[]): Promise<number> {
  const { length } = await fixture.readLog();
  await waitUntil('Readers reach the head', 30_000, () => readers.every(({ seq }) => seq() === length)).catch(
    (error: Error) => check(false, `${error.message} ${readers.map(({ seq }) => seq()).join()} of ${length}`),
  );
  checkContinuous(readers);
  return length;
}

/** Replays that are interrupted, on each transport. */
export const f8: Case = {
  name: 'F8',
  title: `disconnect during a replay of ${REPLAYED}: it resumes after the last message delivered`,
  run: (build) =>
    withFixture(build, async (fixture) => {
      await fixture.fill(REPLAYED);
      let interruptions = 0;
      for (const transport of ALL_READS) {
        let cursor = 'earliest';
        for (let turn = 0; seqOf(cursor) < REPLAYED; turn += 1) {
          check(turn < 500, `${transport} stopped at ${cursor}.`);
          let received = 0;
          const limit = turn > 30 ? Infinity : 1 + fixture.random.below(800);
          const reader = fixture.openReader(transport, cursor, fixture.url, () => {
            received += 1;
            if (received === limit) reader.connection.close();
          });
          await waitUntil(
            transport,
            10_000,
            () => received >= limit || reader.seq() === REPLAYED || Boolean(reader.closeReason()),
          );
          reader.connection.close();
          checkContinuous([reader]);
          cursor = reader.cursor();
          interruptions += 1;
        }
      }
      return `${interruptions} interruptions on ${ALL_READS.length} transports, no gap and no repeat`;
    }),
};

/** A Socket.IO client without a cursor, as in the Socket.IO tutorials: it receives new messages only. */
interface LiveReader {
  seqs: number[];
  /** The head of the room, read after the client had connected: its first message has at most the next seq. */
  upperBound: number;
}

function openLiveReader(fixture: Fixture): LiveReader {
  const reader: LiveReader = { seqs: [], upperBound: Infinity };
  const socket = io(fixture.url, { forceNew: true, transports: ['websocket'], reconnection: false });
  fixture.onClose(() => socket.disconnect());
  socket.on('new_message', ({ seq }: NewMessage) => reader.seqs.push(seq));
  socket.on('connect', () => {
    void readLast(fixture, 1).then(({ messages }) => (reader.upperBound = messages[0]!.seq));
  });
  return reader;
}

/** Joins during a burst: readers with a cursor, and live readers. */
export const f9: Case = {
  name: 'F9',
  title: 'a reader joins during a burst: no gap and no repeat at the join',
  run: (build) =>
    withFixture(build, async (fixture) => {
      await fixture.fill(200);
      const stopLoad = startLoad(fixture);
      const readers: CheckedReader[] = [];
      const liveReaders: LiveReader[] = [];
      for (let round = 0; round < 40; round += 1) {
        // As the page does: it renders the last messages, and its stream continues from their cursor.
        const { cursor } = await readLast(fixture, 20);
        readers.push(fixture.openReader(ALL_READS[round % ALL_READS.length]!, cursor));
        liveReaders.push(openLiveReader(fixture));
        await pause(fixture.random.between(1, 60));
      }
      await pause(300);
      const written = await stopLoad();
      const head = await reachHead(fixture, readers);
      await waitUntil('Live readers reach the head', 10_000, () =>
        liveReaders.every(({ seqs }) => seqs.at(-1) === head),
      );
      for (const { seqs, upperBound } of liveReaders) {
        check(
          seqs[0]! <= upperBound + 1,
          `A live reader began with ${seqs[0]}; the head was at most ${upperBound}.`,
        );
        seqs.forEach((seq, i) => check(seq === seqs[0]! + i, `${seq} arrived after ${seqs[i - 1]}.`));
      }
      return `${readers.length + liveReaders.length} joins while ${written} were written, none with a gap or a repeat`;
    }),
};

/** The transport upgrade of Socket.IO itself. */
export const f10: Case = {
  name: 'F10',
  title: 'the upgrade from polling to WebSocket under load: no loss, no reordering',
  run: (build) =>
    withFixture(build, async (fixture) => {
      await fixture.fill(1_000);
      const stopLoad = startLoad(fixture);
      const readers: CheckedReader[] = [];
      const rounds = 60;
      let upgraded = 0;
      for (let i = 0; i < rounds; i += 1) {
        const after = i % 2 ? 'earliest' : (await readLast(fixture, 1)).cursor;
        readers.push(fixture.openReader('socketio-upgrade', after));
        // The readers do not report their upgrade, so a second client shows that upgrades take place.
        const probe = io(fixture.url, {
          forceNew: true,
          transports: ['polling', 'websocket'],
          reconnection: false,
        });
        fixture.onClose(() => probe.disconnect());
        probe.once('connect', () => probe.io.engine.once('upgrade', () => (upgraded += 1)));
        await pause(30);
      }
      await pause(500);
      await stopLoad();
      const head = await reachHead(fixture, readers);
      check(upgraded > 0, 'No connection was upgraded.');
      return `${readers.length} readers through ${head} messages; ${upgraded} of ${rounds} probes were upgraded`;
    }),
};

async function readLast(fixture: Fixture, count: number): Promise<MessagePage> {
  return (await requestJson<MessagePage>(`${fixture.url}/messages?last=${count}`)).body;
}

/** One cursor, used on one transport after the other. */
export const f11: Case = {
  name: 'F11',
  title: 'a change of transport in the middle, with the same cursor: continuous',
  run: (build) =>
    withFixture(build, async (fixture) => {
      await fixture.fill(500);
      const stopLoad = startLoad(fixture);
      let cursor = 'earliest';
      let changes = 0;
      for (const from of ALL_READS) {
        for (const to of ALL_READS) {
          for (const transport of [from, to]) {
            const start = cursor;
            const reader = fixture.openReader(transport, start);
            await waitUntil(`${transport} from ${start}`, 10_000, () => reader.cursor() !== start);
            await pause(fixture.random.between(0, 60));
            reader.connection.close();
            checkContinuous([reader]);
            cursor = reader.cursor();
            changes += 1;
          }
        }
      }
      const written = await stopLoad();
      return `${changes} changes between ${ALL_READS.length} transports while ${written} were written, each continuous`;
    }),
};
