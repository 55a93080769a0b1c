import { mistakenLog } from '../../proofs/simulator/mistaken';
import { MISTAKES } from '../../proofs/simulator/mistakes';
import { describeFailure, shrink, simulate, simulateAll } from '../../proofs/simulator/seeds';
import { Log } from '../../server/log/log';

/** As many as take some seconds; `npm run simulate` runs a million. */
const SEEDS = 3_000;

describe('the log, with a simulated store and clock', () => {
  it('keeps every invariant through every fault and in every order that is tried', async () => {
    const failure = await simulateAll(Log, { seed: 1, seeds: SEEDS });
    expect(failure && describeFailure(await shrink(Log, failure))).toBeUndefined();
  });

  it.each(MISTAKES)('fails when it $name', async (mistake) => {
    const MistakenLog = mistakenLog(mistake);
    const failure = await simulateAll(MistakenLog, { seed: 1, seeds: SEEDS });
    expect(mistake.breaks).toContain(failure?.finding.split(':')[0]);
    expect(await simulate(MistakenLog, failure!.seed)).toEqual(failure);
  });

  it('fails in a few moves once a failure is shrunk', async () => {
    const MistakenLog = mistakenLog(MISTAKES.find(({ breaks }) => breaks.includes('I3'))!);
    const failure = (await simulateAll(MistakenLog, { seed: 1, seeds: SEEDS }))!;
    const { scenario, finding } = await shrink(MistakenLog, failure);
    expect(finding).toMatch(/^I3/);
    // Two concurrent writers are enough to break I3.
    expect(scenario.moves.length).toBeLessThan(6);
  });

  it('refuses a mistake whose text is not in the source', () => {
    const patches = [{ file: 'log/log.ts', from: 'no such text', to: '' }];
    expect(() => mistakenLog({ name: 'nothing', breaks: [], patches })).toThrow(
      'does not find "no such text"',
    );
  });
});
