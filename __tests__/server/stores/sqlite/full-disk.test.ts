import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { MessagePage } from '../../../../server/wire';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';
import { errorOf } from '../../../support/error';
import { TestVisitor } from '../../../support/test-visitor';
import { type ServerProcess, startProcess } from '../../../support/process';

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

/** Lets no file of the server grow past `bytes`: the kernel refuses its writes as it does on a full disk. */
function fill(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}:unlimited`]);
}

const read = async (who: TestVisitor, path: string, type = 'application/json') =>
  (await who.request('GET', path, undefined, { Accept: type })).status;

describe('a server whose disk is full', () => {
  it('refuses what would be written, and nothing else: guests and accounts read on the page and the API', async () => {
    const guest = await TestVisitor.createGuest(server.url);
    await guest.request('POST', '/username', { username: 'Masha' });
    const member = await TestVisitor.createGuest(server.url);
    await member.createAccount('Misha');
    const { token } = (await member.request('POST', '/account/tokens', { label: 'bot' })).body;
    await guest.request('POST', '/messages', { message: 'before' });
    // Nobody has been here for two days, so each visit is to be recorded.
    const db = new Database(database);
    db.exec(
      'UPDATE visitors SET seen = seen - 2 * 86400000; UPDATE credentials SET used = used - 2 * 86400000',
    );
    db.close();
    fill(0);

    for (const [path, body] of [
      ['/messages', { message: 'during' }],
      ['/username', { username: 'Pasha' }],
      ['/contacts', { name: 'Masha', phone: '+79123456789' }],
    ] as const)
      expect(await guest.request('POST', path, body)).toMatchObject({
        status: 503,
        body: errorOf('unavailable'),
      });
    expect((await guest.request('GET', '/readyz')).status).toBe(200);
    const script = new TestVisitor(server.url);
    const bearer = { Authorization: `Bearer ${String(token)}` };
    expect((await script.request('GET', '/messages', undefined, bearer)).status).toBe(200);
    for (const who of [guest, member, new TestVisitor(server.url)]) {
      const { status, body } = await who.request('GET', '/messages?after=earliest');
      expect(status).toBe(200);
      expect((body as unknown as MessagePage).messages).toHaveLength(1);
      for (const path of ['/r/lobby', '/account']) expect(await read(who, path, 'text/html')).toBe(200);
      for (const path of ['/contacts', '/account']) expect(await read(who, path)).toBe(200);
    }

    fill('unlimited');
    expect((await guest.request('POST', '/messages', { message: 'after' })).status).toBe(201);
  });
});

describe('setting a password', () => {
  it('stores all of it or nothing: the password is not set when the session can not be', async () => {
    const guest = await TestVisitor.createGuest(server.url);
    await guest.request('POST', '/username', { username: 'Masha' });
    const db = new Database(database);
    db.exec(`CREATE TRIGGER fail BEFORE INSERT ON credentials BEGIN SELECT RAISE(ABORT, 'No session.'); END`);
    const set = () => guest.request('PUT', '/account/password', { password: 'a good password' });
    expect((await set()).status).toBe(500);
    const { body } = await guest.request('GET', '/account');
    expect(body).toMatchObject({ visitor: guest.id, account: false });
    db.exec('DROP TRIGGER fail');
    db.close();
    expect((await set()).status).toBe(204);
    expect((await guest.request('GET', '/account')).body).toMatchObject({
      visitor: guest.id,
      account: true,
    });
  });
});
