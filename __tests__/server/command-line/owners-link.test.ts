import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder';
import { PLACES } from '../../support/places';
import { runCommand, startProcess } from '../../support/process';
import { TestVisitor } from '../../support/test-visitor';

const LINK = /^Open this link within 72 hours to become the owner: (\S+)\/invite#([\w-]{43})$/m;

let folder: TemporaryFolder;
let DATABASE: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  DATABASE = join(folder.path, 'parley.db');
});
afterEach(() => folder.remove());

describe('parley owners-link', () => {
  it.each(Object.keys(PLACES))(
    'prints a link that works on a running server with %s at once, and expires the one before',
    async (kind) => {
      const { settings, remove } = await PLACES[kind]!();
      const server = await startProcess(settings);
      const [, , first] = LINK.exec(server.lines.join('\n'))!;
      const { code, stdout, stderr } = await runCommand(settings, ['owners-link']);
      expect([code, stderr]).toEqual([0, '']);
      const [, , second] = LINK.exec(stdout)!;
      const visitor = await TestVisitor.createGuest(server.url);
      expect((await visitor.acceptInvitation(first!)).status).toBe(404);
      expect((await visitor.acceptInvitation(second!)).status).toBe(303);
      await server.end('SIGTERM');
      await remove();
    },
  );

  it('prints a link that works once the server is started, at the address of its settings', async () => {
    await (await startProcess({ DATABASE })).end('SIGTERM');
    const settings = { DATABASE, PUBLIC_URL: 'https://chat.example' };
    const [, address, secret] = LINK.exec((await runCommand(settings, ['owners-link'])).stdout)!;
    expect(address).toBe('https://chat.example');
    const server = await startProcess({ DATABASE });
    const visitor = await TestVisitor.createGuest(server.url);
    expect((await visitor.acceptInvitation(secret!)).status).toBe(303);
    await server.end('SIGTERM');
  });

  it('creates no database', async () => {
    expect(await runCommand({ DATABASE }, ['owners-link'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `The database ${DATABASE} can't be opened: there is none, or it is empty.\n`,
    });
    expect(existsSync(DATABASE)).toBe(false);
  });
});
