import { fuzz, MAX_GROWTH_MB } from '../../proofs/fuzz/run';
import { startFuzzedServer } from '../../proofs/fuzz/server';
import { createTemporaryFolder } from '../support/temporary-folder';

describe('random frames and requests', () => {
  // A short version of `npm run fuzz`, which repeats it with the same seed.
  it.each([1, 20_261_120])(
    'neither crash the server, nor grow its memory, nor make it leak internals: seed %d',
    async (seed) => {
      const { path: folder, remove } = createTemporaryFolder();
      const server = await startFuzzedServer(folder);
      const { findings, progress } = await fuzz(server, seed, 3_000);
      expect(findings).toEqual([]);
      expect(progress.memoryMb - progress.initialMemoryMb).toBeLessThan(MAX_GROWTH_MB);
      expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
      remove();
    },
  );
});
