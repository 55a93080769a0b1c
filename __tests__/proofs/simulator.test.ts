import { mistakenLog } from '../../proofs/simulator/mistaken';
import { MISTAKES } from '../../proofs/simulator/mistakes';
import { describeFailure, shrink, simulate, simulateAll } from '../../proofs/simulator/seeds';
import { Log } from '../../server/log/log';

/** What takes some seconds; `npm run simulate` runs a million. */
const SEEDS = 3_000;

describe('the log, with a simulated store and clock', () => {
  it('keeps every promise through every fault and in every order that is tried', async () => {
    const failure = await simulateAll(Log, { seed: 1, seeds: SEEDS });
    expect(failure && describeFailure(await shrink(Log, failure))).toBeUndefined();
  });

  // Most are found within a hundred seeds.
  it.each(MISTAKES)('is found out when it $name', async (mistake) => {
    const MistakenLog = mistakenLog(mistake);
    const failure = await simulateAll(MistakenLog, { seed: 1, seeds: SEEDS });
    expect(mistake.breaks).toContain(failure?.finding.split(':')[0]);
    expect(await simulate(MistakenLog, failure!.seed)).toEqual(failure);
  });

  it('fails in a few moves, when what is found is shrunk', async () => {
    const MistakenLog = mistakenLog(MISTAKES.find(({ breaks }) => breaks.includes('I3'))!);
    const failure = (await simulateAll(MistakenLog, { seed: 1, seeds: SEEDS }))!;
    const { scenario, finding } = await shrink(MistakenLog, failure);
    expect(finding).toMatch(/^I3/);
    // It takes two that write at once.
    expect(scenario.moves.length).toBeLessThan(6);
  });

  it('is not run with a mistake whose place in the source has changed', () => {
    const patches = [{ file: 'log/log.ts', from: 'no such text', to: '' }];
    expect(() => mistakenLog({ name: 'nothing', breaks: [], patches })).toThrow(
      'does not find "no such text"',
    );
  });
});
