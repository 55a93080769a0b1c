import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../build';
import { READS, type ReadName } from '../transports/all';
import { expect, until, type Case } from './case';
import { onGround } from './fixture';

const COUNT = 60;

/** Commits whose answer never comes. */
export const f27: Case = {
  name: 'F27',
  title:
    'the store commits and then throws: every open reader has the entry without another write; a retry returns it',
  run: (build) => {
    const lost = pathToFileURL(join(ROOT, 'proofs', 'soak', 'preload', 'lost-answers.mjs')).href;
    return onGround(
      { ...build, errors: 'ignore' },
      async (ground) => {
        const watches = (Object.keys(READS) as ReadName[]).map((way) => ground.watch(way));
        const line = await ground.line('post');
        let unconfirmed = 0;
        for (let seq = 1; seq <= COUNT; seq += 1) {
          const draft = { room: 'lobby', id: ground.dice.uuid(), message: `message ${seq}` };
          const answer = await line.send(draft);
          await until(`${seq} reaches everybody`, 10_000, () =>
            watches.every((watch) => watch.seq() === seq),
          );
          if (!('error' in answer)) continue;
          expect(answer.status === 503, `It was answered with ${answer.status}.`);
          unconfirmed += 1;
          const again = await line.send(draft);
          expect(
            !('error' in again) && again.seq === seq,
            `The retry was answered with ${JSON.stringify(again)}.`,
          );
        }
        expect(unconfirmed > 0, 'No answer was lost.');
        const wrong = watches.flatMap((watch) => watch.wrong);
        expect(wrong.length === 0, wrong[0]!);
        return `${unconfirmed} of ${COUNT} unconfirmed, each read on ${watches.length} ways before it was sent again`;
      },
      { NODE_OPTIONS: `--import ${lost}` },
    );
  },
};
