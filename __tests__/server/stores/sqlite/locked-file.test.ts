import Database from 'better-sqlite3';
import { join } from 'node:path';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';
import { errorOf } from '../../../support/error';
import { postJson, readAll, sendMessage } from '../../../support/http';
import { type ServerProcess, startProcess } from '../../../support/process';
import { waitUntilEqual } from '../../../support/wait';

let place: TemporaryFolder;
let database: string;
let server: ServerProcess;
beforeEach(async () => {
  place = createTemporaryFolder();
  database = join(place.path, 'parley.db');
  server = await startProcess({ DATABASE: database }, undefined, 'ignore');
});
afterEach(async () => {
  await server.end('SIGKILL');
  place.remove();
});

describe('a server whose database another process has locked for writing', () => {
  it('is not ready, refuses writes, and reads; it is ready when the lock is released', async () => {
    const sent = await sendMessage(server.url, 'before');
    const readiness = async () => (await fetch(`${server.url}/readyz`)).status;
    const other = new Database(database);
    other.exec('BEGIN IMMEDIATE');
    const refused = postJson(`${server.url}/messages`, { message: 'during' });
    await waitUntilEqual(readiness, 503);
    expect(await readAll(server.url)).toEqual([sent]);
    expect(await refused).toMatchObject({ status: 503, body: { ...errorOf('unavailable'), retryAfter: 2 } });
    other.close();
    await waitUntilEqual(readiness, 200);
    await sendMessage(server.url, 'after');
  });
});
