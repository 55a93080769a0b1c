import { setTimeout as pause } from 'node:timers/promises';
import { check, waitUntil, type Case } from './case';
import { checkContinuous, withFixture } from './fixture';

const TRANSPORTS = ['socketio', 'socketio-polling', 'ws', 'sse', 'subscribe'] as const;
const STOPPED_MS = 30_000;
/** How many messages are written before, during and after the stop. */
const [BEFORE, DURING, AFTER] = [500, 5, 100];
const TOTAL = BEFORE + DURING + AFTER;
const TEXT = 'while the server was stopped';

/** SIGSTOP and SIGCONT. */
export const f5: Case = {
  name: 'F5',
  title: `the server is stopped for ${STOPPED_MS / 1_000} s: readers resume without duplicates`,
  run: (build) =>
    withFixture(build, async (fixture) => {
      await fixture.fill(BEFORE);
      let readers = TRANSPORTS.map((transport) => fixture.openReader(transport));
      await waitUntil('Readers read', 5_000, () => readers.every(({ seq }) => seq() === BEFORE));
      const writer = await fixture.openWriter('post');
      fixture.server.child.kill('SIGSTOP');
      const ids = Array.from({ length: DURING }, () => fixture.random.uuid());
      const answers = ids.map((id) => fixture.write(writer, TEXT, id).catch(() => undefined));
      await pause(STOPPED_MS);
      fixture.server.child.kill('SIGCONT');
      await Promise.all(answers);
      for (const id of ids) await fixture.write(await fixture.openWriter('post'), TEXT, id);
      await fixture.fill(AFTER);
      await pause(1_000);
      const dropped = readers.filter(({ closeReason }) => closeReason()).length;
      checkContinuous(readers);
      readers = readers.map((reader, i) =>
        reader.closeReason() ? fixture.openReader(TRANSPORTS[i]!, reader.cursor()) : reader,
      );
      const log = await fixture.readLog();
      await waitUntil('Readers resume', 10_000, () => readers.every(({ seq }) => seq() === log.length));
      checkContinuous(readers);
      check(log.length === TOTAL, `${log.length} messages, not ${TOTAL}.`);
      return `${readers.length} readers resumed, ${dropped} of them on a new connection; ${log.length} messages, each once`;
    }),
};
