import { ALL_READS } from '../transports/all';
import { check, waitUntil, type Case } from './case';
import { checkContinuous, preload, withFixture } from './fixture';

const COUNT = 60;

/** Commits with an unknown outcome; see `preload/lost-answers.mjs`. */
export const f27: Case = {
  name: 'F27',
  title:
    'the store commits and then throws: every open reader receives the entry without another write; a retry returns it',
  run: (build) =>
    withFixture(
      { ...build, errors: 'ignore' },
      async (fixture) => {
        const readers = ALL_READS.map((transport) => fixture.openReader(transport));
        const writer = await fixture.openWriter('post');
        let unconfirmed = 0;
        for (let expected = 1; expected <= COUNT; expected += 1) {
          const draft = { room: 'lobby', id: fixture.random.uuid(), message: `message ${expected}` };
          const answer = await writer.send(draft);
          await waitUntil(`${expected} reaches all readers`, 10_000, () =>
            readers.every(({ seq }) => seq() === expected),
          );
          if (!('error' in answer)) continue;
          check(answer.status === 503, `It was answered with ${answer.status}.`);
          unconfirmed += 1;
          const retry = await writer.send(draft);
          check(
            !('error' in retry) && retry.seq === expected,
            `The retry was answered with ${JSON.stringify(retry)}.`,
          );
        }
        check(unconfirmed > 0, 'No answer was lost.');
        checkContinuous(readers);
        return `${unconfirmed} of ${COUNT} unconfirmed, each read on ${readers.length} transports before it was sent again`;
      },
      preload('lost-answers.mjs'),
    ),
};
