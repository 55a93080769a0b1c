import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openStores } from '../../../../server/stores/open';
import { messageDraft } from '../../../support/drafts';
import { errorOf } from '../../../support/error';
import { startProcess, type ServerProcess } from '../../../support/process';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';

const hasStrace = spawnSync('strace', ['-V']).error === undefined;

let place: TemporaryFolder;
let server: ServerProcess;

beforeEach(async () => {
  place = createTemporaryFolder();
  const DATABASE = join(place.path, 'parley.db');
  const stores = await openStores(DATABASE);
  // More than is read at the start.
  const messages = Array.from({ length: 500 }, () => messageDraft('x'.repeat(2_000)));
  await stores.log.append(messages, new Date());
  await stores.close();
  server = await startProcess({ DATABASE }, undefined, 'ignore');
});
afterEach(async () => {
  await server.end('SIGKILL');
  place.remove();
});

/** Makes all reads of files fail in the server. @returns a function that ends that. */
async function failReads(): Promise<() => Promise<void>> {
  const args = [
    '-f',
    '-p',
    String(server.child.pid),
    '-e',
    'inject=pread64:error=EIO',
    '-e',
    'trace=pread64',
  ];
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(tracer, 'exit');
  await once(tracer.stderr, 'data');
  return async () => {
    tracer.kill('SIGINT');
    await ended;
  };
}

describe('a server whose disk can’t be read', () => {
  (hasStrace ? it : it.skip)('refuses reads for a moment, and serves them again', async () => {
    const read = () => fetch(`${server.url}/messages?limit=50`, { headers: { Accept: 'application/json' } });
    const mend = await failReads();
    const refused = await read();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('Retry-After')).toBe('2');
    expect(await refused.json()).toMatchObject(errorOf('unavailable'));
    await mend();
    expect((await read()).status).toBe(200);
  });
});
