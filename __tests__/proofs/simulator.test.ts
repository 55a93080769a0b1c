import { loadMistakenLog } from '../../proofs/simulator/mistaken-log';
import { MISTAKES } from '../../proofs/simulator/mistakes';
import { describeFailure, shrink, simulate, simulateAll } from '../../proofs/simulator/seeds';
import { Log } from '../../server/log/log';

/** These take some seconds; `npm run simulate` runs a million. */
const SEEDS = 3_000;

describe('the log, with a simulated store and clock', () => {
  it('keeps every invariant under random faults and schedules', async () => {
    const failure = await simulateAll(Log, { seed: 1, seeds: SEEDS });
    expect(failure && describeFailure(await shrink(Log, failure))).toBeUndefined();
  });

  it.each(MISTAKES)('fails when it $name', async (mistake) => {
    const MistakenLog = loadMistakenLog(mistake);
    const failure = await simulateAll(MistakenLog, { seed: 1, seeds: SEEDS });
    expect(mistake.violates).toContain(failure?.violation.property);
    expect(await simulate(MistakenLog, failure!.seed)).toEqual(failure);
  });

  it('shrinks a failure to a few actions', async () => {
    const MistakenLog = loadMistakenLog(MISTAKES.find(({ violates }) => violates.includes('I3'))!);
    const failure = (await simulateAll(MistakenLog, { seed: 1, seeds: SEEDS }))!;
    const { scenario, violation } = await shrink(MistakenLog, failure);
    expect(violation.property).toBe('I3');
    // Two concurrent writers are enough to violate I3.
    expect(scenario.actions.length).toBeLessThan(6);
  });

  it('does not make a mistake whose text is missing in the source', () => {
    const patches = [{ file: 'log/log.ts', from: 'no such text', to: '' }];
    expect(() => loadMistakenLog({ name: 'nothing', violates: [], patches })).toThrow(
      '"no such text" occurs 0 times',
    );
  });
});
