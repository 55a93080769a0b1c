import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../build';
import { expect, until, type Case } from './case';
import { onGround } from './fixture';

/** The clock of the server jumps by two hours three times a second; the client's stays. */
export const f12: Case = {
  name: 'F12',
  title: 'clocks an hour apart, and jumping: order untouched',
  run: (build) => {
    const clock = pathToFileURL(join(ROOT, 'proofs', 'soak', 'preload', 'clock.mjs')).href;
    return onGround(
      build,
      async (ground) => {
        const watches = (['socketio', 'ws', 'sse', 'subscribe', 'messages'] as const).map((way) =>
          ground.watch(way),
        );
        const line = await ground.line('socketio');
        let last = 0;
        for (let i = 0; i < 1_000; i += 1) {
          const { seq } = await ground.say(line);
          expect(seq === last + 1, `${seq} was acknowledged after ${last}.`);
          last = seq;
        }
        await until('Readers come to the end', 10_000, () => watches.every(({ seq }) => seq() === last));
        const wrong = watches.flatMap((watch) => watch.wrong);
        expect(wrong.length === 0, wrong[0]!);
        const log = await ground.log();
        const jumps = log.filter(
          ({ at }, i) => i > 0 && Math.abs(Date.parse(at) - Date.parse(log[i - 1]!.at)) > 3.6e6,
        );
        expect(jumps.length > 0, 'The clock did not jump.');
        return `${last} messages in order over ${jumps.length} jumps of two hours, on ${watches.length} ways`;
      },
      { NODE_OPTIONS: `--import ${clock}` },
    );
  },
};
