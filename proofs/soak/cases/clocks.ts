import { DISTINCT_READS } from '../transports/all';
import { check, waitUntil, type Case } from './case';
import { checkContinuous, preload, withFixture } from './fixture';

const COUNT = 1_000;
/** Two timestamps that differ by more than this are on both sides of a jump, in ms. */
const MIN_JUMP_MS = 3_600_000;

/** The server's clock jumps by two hours three times a second; see `preload/clock.mjs`. */
export const f12: Case = {
  name: 'F12',
  title: 'clocks an hour apart, and jumping: the order is unaffected',
  run: (build) =>
    withFixture(
      build,
      async (fixture) => {
        const readers = DISTINCT_READS.map((transport) => fixture.openReader(transport));
        const writer = await fixture.openWriter('socketio');
        let last = 0;
        for (let i = 0; i < COUNT; i += 1) {
          const { seq } = await fixture.write(writer);
          check(seq === last + 1, `${seq} was acknowledged after ${last}.`);
          last = seq;
        }
        await waitUntil('Readers reach the head', 10_000, () => readers.every(({ seq }) => seq() === last));
        checkContinuous(readers);
        const log = await fixture.readLog();
        const jumps = log.filter(
          ({ at }, i) => i > 0 && Math.abs(Date.parse(at) - Date.parse(log[i - 1]!.at)) > MIN_JUMP_MS,
        );
        check(jumps.length > 0, 'The clock did not jump.');
        return `${last} messages in order over ${jumps.length} jumps of two hours, on ${readers.length} transports`;
      },
      preload('clock.mjs'),
    ),
};
