import { fuzz } from '../../proofs/fuzz/run';
import { startFuzzed } from '../../proofs/fuzz/server';
import { scratch } from '../support/app';

/** How much the server may grow in a short run, in MB: most of it is garbage that was not collected yet. */
const ROOM = 100;

describe('random frames and requests', () => {
  // The long run is `npm run fuzz`. What a seed finds is repeated by it.
  it.each([1, 20_261_120])(
    'S21: bring nothing down, fill nothing, and are shown nothing that is not theirs: seed %d',
    async (seed) => {
      const place = scratch();
      const server = await startFuzzed(place.folder);
      const { findings, standing } = await fuzz(server, seed, 3_000);
      expect(findings).toEqual([]);
      expect(standing.now - standing.before).toBeLessThan(ROOM);
      expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
      place.remove();
    },
    30_000,
  );
});
