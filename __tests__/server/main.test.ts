import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder';
import { sseEvents, take } from '../support/events';
import { readAll, sendMessage } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { runToEnd, startProcess } from '../support/process';
import { connect } from '../support/socket';
import { waitUntilEqual } from '../support/wait';

let folder: TemporaryFolder;
let database: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  database = join(folder.path, 'data', 'parley.db');
});
afterEach(() => folder.remove());

describe('the server as a process', () => {
  it('creates its database, and prints its address', async () => {
    const server = await startProcess({ DATABASE: database });
    expect(server.url).toMatch(/^http:\/\/localhost:\d+$/);
    expect(existsSync(database)).toBe(true);
    await sendMessage(server.url, 'hello');
    await server.end('SIGKILL');
  });

  it('prints an owner’s link at the first start only', async () => {
    const link = /^Open this link within 72 hours to become the owner: http:\S+\/invite#([\w-]{43})$/;
    const first = await startProcess({ DATABASE: database });
    expect(first.lines[1]).toMatch(link);
    const [, secret] = link.exec(first.lines[1]!)!;
    await first.end('SIGKILL');
    const second = await startProcess({ DATABASE: database });
    expect(second.lines.join()).not.toContain('to become the owner');
    expect((await (await TestVisitor.createGuest(second.url)).acceptInvitation(secret!)).status).toBe(303);
    await second.end('SIGTERM');
  });

  it.each([
    ['that can not be read', 'none.pem', 'key.pem', /^TLS_CERT can't be read: .*none\.pem.*\n$/],
    [
      'swapped with its key',
      'key.pem',
      'cert.pem',
      /^TLS_KEY must be a private key as a PEM file .*cert\.pem .*\n$/,
    ],
    ['that is a folder', '.', 'key.pem', /^TLS_CERT can't be read: .*\n$/],
    ['of another key', 'cert.pem', 'other-key.pem', /^TLS_KEY is not the key of TLS_CERT: .*\n$/],
  ])('refuses a certificate %s, and explains why in one line', async (_what, cert, key, sentence) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(join(folder.path, 'other-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const tls = join(__dirname, '..', 'support', 'tls');
    const { code, errors } = await runToEnd({
      DATABASE: database,
      TLS_CERT: join(tls, cert),
      TLS_KEY: join(key.startsWith('other') ? folder.path : tls, key),
    });
    expect(code).toBe(1);
    expect(errors).toMatch(sentence);
  });

  it('prints PUBLIC_URL as its address', async () => {
    const server = await startProcess({ DATABASE: database, PUBLIC_URL: 'http://chat.example' });
    expect(server.lines[0]).toBe('Parley is open at http://chat.example');
    await server.end('SIGTERM');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends its streams and itself on %s, with exit code 0',
    async (signal) => {
      const server = await startProcess({ DATABASE: database });
      const client = await connect(server.url, { reconnection: false });
      const dropped = once(client.socket as never, 'disconnect');
      const stream = sseEvents(`${server.url}/sse`);
      await take(sseEvents(`${server.url}/sse`), 1, ({ type }) => type === 'presence');
      const ended = take(stream, Infinity).catch(() => undefined);
      const sent = await sendMessage(server.url, 'kept');
      expect(await server.end(signal)).toEqual({ code: 0, signal: null });
      await Promise.all([dropped, ended]);
      const again = await startProcess({ DATABASE: database });
      expect(await readAll(again.url)).toEqual([sent]);
      await again.end('SIGTERM');
    },
  );

  it('serves on for SHUTDOWN_DELAY after a signal, not ready, until a second one', async () => {
    const server = await startProcess({ DATABASE: database, SHUTDOWN_DELAY: '600' });
    const readiness = async () => (await fetch(`${server.url}/readyz`)).status;
    expect(await readiness()).toBe(200);
    server.child.kill('SIGTERM');
    await waitUntilEqual(readiness, 503);
    const sent = await sendMessage(server.url, 'while it drains');
    expect(await readAll(server.url)).toEqual([sent]);
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('ends by itself after SHUTDOWN_DELAY', async () => {
    const server = await startProcess({ DATABASE: database, SHUTDOWN_DELAY: '1' });
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('refuses to start on a port in use, and explains why in one line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await runToEnd({ DATABASE: database, PORT: String(port) })).toEqual({
      code: 1,
      errors: 'The port is in use. Stop the program that uses it, or set PORT to another.\n',
    });
    other.close();
  });

  it('refuses an argument, and names what has commands', async () => {
    expect(await runToEnd({ DATABASE: database }, { args: ['--owners-link'] })).toEqual({
      code: 1,
      errors:
        'The server has no argument --owners-link. Its settings are environment variables; "npm run parley -- --help" lists commands.\n',
    });
  });

  it('refuses a wrong setting, and names it in one line', async () => {
    const { code, errors } = await runToEnd({ DATABASE: database, PORT: 'http' });
    expect(code).toBe(1);
    expect(errors).toBe('PORT must be a number from 0 to 65535, not "http".\n');
  });

  it.each([
    [
      'a folder that can not be',
      (path: string) => (writeFileSync(join(path, 'data'), ''), /is not a folder/),
    ],
    [
      'a file that is no database',
      (path: string) => (writeFileSync(join(path, 'x'), 'x'.repeat(5000)), /not a SQLite/),
    ],
  ])('refuses %s, and explains why in one line', async (_what, prepare) => {
    const expected = prepare(folder.path);
    const file = expected.source.includes('SQLite') ? join(folder.path, 'x') : database;
    const { code, errors } = await runToEnd({ DATABASE: file, PORT: '0' });
    expect(code).toBe(1);
    expect(errors).toMatch(/^The database \S+ can't be opened: .+\.\n$/);
    expect(errors).toMatch(expected);
  });

  it('refuses a folder that it can’t write to, and explains why in one line', async () => {
    chmodSync(folder.path, 0o555);
    // Root can write anywhere, so as root the server is run by `nobody`.
    const user = process.getuid?.() === 0 ? { uid: 65534 } : {};
    expect(await runToEnd({ DATABASE: database, PORT: '0' }, user)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^The database .* not writable\.\n$/) as string,
    });
  });

  it('refuses to start on a database in use, and the first server is not affected', async () => {
    const first = await startProcess({ DATABASE: database });
    expect(await runToEnd({ DATABASE: database, PORT: '0' })).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/another Parley is running on it\.\n$/) as string,
    });
    await sendMessage(first.url, 'still here');
    await first.end('SIGTERM');
  });
});
