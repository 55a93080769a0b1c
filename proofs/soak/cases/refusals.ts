import { join } from 'node:path';
import { runToEnd } from '../../../__tests__/support/process';
import { BAD_CURSORS, tryBadCursor } from '../bad-cursors';
import { Findings } from '../findings';
import { ObservedLog } from '../observed-log';
import { ALL_READS } from '../transports/all';
import { check, waitUntil, type Case } from './case';
import { withFixture } from './fixture';

/** The length of the log, in messages. */
const COUNT = 50;

/** Two servers on one file would both assign the same seqs. */
export const f16: Case = {
  name: 'F16',
  title: 'a second process on the same file: a clean refusal',
  run: (build) =>
    withFixture(build, async (fixture) => {
      const startedAt = performance.now();
      const { code, errors } = await runToEnd(
        { DATABASE: join(fixture.folder, 'parley.db'), PORT: '0' },
        { main: build.main },
      );
      const ms = performance.now() - startedAt;
      check(
        code === 1 && /another Parley is running/.test(errors),
        `The second server exited with ${code}: ${errors}`,
      );
      await fixture.write(await fixture.openWriter());
      return `exited with 1 after ${ms.toFixed(0)} ms, naming the reason; the first continues`;
    }),
};

/** Invalid cursors, and cursors of another history, on every transport. */
export const f22: Case = {
  name: 'F22',
  title:
    'a malformed, foreign or future cursor: 400 or a reset, never entries, never a request without an answer',
  run: (build) =>
    withFixture(build, async (fixture) => {
      await fixture.fill(COUNT);
      const findings = new Findings();
      const observed = new ObservedLog('lobby', findings);
      (await fixture.readLog()).forEach((entry) => observed.observe(entry, 'The log'));
      const kinds = Object.keys(BAD_CURSORS);
      for (const transport of ALL_READS) {
        for (const kind of kinds) await tryBadCursor(fixture.url, transport, kind, observed, findings);
      }
      check(findings.total === 0, findings.evidence.join(' '));
      await waitUntil('The log is intact', 2_000, async () => (await fixture.readLog()).length === COUNT);
      const tries = ALL_READS.length * kinds.length;
      return `${tries} tries: ${ALL_READS.length} transports, ${kinds.join(', ')}`;
    }),
};
