import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { SETTINGS } from '../../server/config/settings';
import { createTemporaryFolder } from '../support/temporary-folder';
import { BALANCERS, DEPLOY } from '../support/balancers';

const ROOT = join(__dirname, '..', '..');
const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
/** The stage that runs. */
const STAGE = DOCKERFILE.slice(DOCKERFILE.lastIndexOf('\nFROM '));
/** What of the repository the stage has, and where. */
const COPIED = [...STAGE.matchAll(/^COPY (?:--from=build )?(.+) (\S+)$/gm)].map(([, from, to]) => {
  const path = from!.replace('/parley/', '');
  return { from: path, to: to!.endsWith('/') ? join(to!, path.split('/').at(-1)!) : to! };
});

describe('the Dockerfile', () => {
  it('is valid', () => {
    expect(validate(DOCKERFILE)).toEqual([]);
  });

  it('copies what .dockerignore lets through', () => {
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    const sources = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list]) =>
      list!.split(' '),
    );
    expect(ignored).toContain('*');
    for (const source of sources) expect(ignored).toContain(`!${source.split('/')[0]}`);
  });

  it('has what the server needs, which runs as another user on files that it can’t write to, until SIGTERM', async () => {
    const folder = createTemporaryFolder();
    const data = createTemporaryFolder();
    chmodSync(folder.path, 0o755);
    for (const { from, to } of COPIED) {
      mkdirSync(join(folder.path, dirname(to)), { recursive: true });
      if (from === 'node_modules') symlinkSync(join(ROOT, from), join(folder.path, to));
      else cpSync(join(ROOT, from), join(folder.path, to), { recursive: true });
    }
    execFileSync('chmod', ['-R', 'a-w', folder.path]);
    // Root can write anywhere.
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    chmodSync(data.path, 0o777);
    const command = json(/^CMD (\[.*\])$/m.exec(STAGE));
    const env = { PATH: process.env.PATH, PORT: '0', DATABASE: join(data.path, 'parley.db') };
    const server = spawn(command[0]!, command.slice(1), {
      ...user,
      cwd: folder.path,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
    const { port, origin } = new URL(/http:\S+/.exec(line)![0]);
    expect((await fetch(origin)).status).toBe(200);
    expect((await fetch(`${origin}/static/pages/chat.js`)).status).toBe(200);

    const healthCheck = json(/^HEALTHCHECK .* CMD (\[.*\])$/m.exec(STAGE));
    const runHealthCheck = async () => {
      const check = spawn(healthCheck[0]!, healthCheck.slice(1), { env: { ...env, PORT: port } });
      return ((await once(check, 'exit')) as [number])[0];
    };
    expect(await runHealthCheck()).toBe(0);
    server.kill('SIGTERM');
    expect((await once(server, 'exit'))[0]).toBe(0);
    expect(await runHealthCheck()).toBe(1);
    execFileSync('chmod', ['-R', 'u+w', folder.path]);
    folder.remove();
    data.remove();
  });
});

describe('compose.yaml', () => {
  it('is valid by the schema of Compose, and has no questionable parts', () => {
    const linter = new DCLinter({
      // The order is by meaning.
      rules: {
        'service-keys-order': 0,
        'services-alphabetical-order': 0,
        'top-level-properties-order': 0,
        'require-quotes-in-ports': 0,
      },
      quiet: false,
      debug: false,
      exclude: [],
    });
    const results = linter.lintFiles([join(DEPLOY, 'compose.yaml')], false);
    expect(results.flatMap(({ messages }) => messages)).toEqual([]);
  });

  it('gives the nodes only settings that there are, and the names by which the balancer knows them', () => {
    const text = readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8');
    const environment = /x-node:[^]*?environment:\n((?: {4}\S.*\n)+)/.exec(text)![1]!;
    const settings = [...environment.matchAll(/^ {4}(\w+):/gm)].map(([, name]) => name!);
    expect(Object.keys(SETTINGS.shape)).toEqual(expect.arrayContaining(settings));
    const nodes = [...text.matchAll(/^ {2}(node\d): \*node$/gm)].map(([, name]) => `${name}:3000`);
    expect(nodes).toHaveLength(3);
    for (const file of ['haproxy.cfg', 'nginx.conf']) {
      const configuration = readFileSync(join(DEPLOY, file), 'utf8');
      expect(configuration.match(/node\d:3000/g)).toEqual(nodes);
    }
  });
});

describe('the balancers', () => {
  // Names of containers can't be resolved here, which HAProxy is told to accept and nginx isn't.
  if (BALANCERS.includes('haproxy'))
    it('accept haproxy.cfg', () => {
      execFileSync('haproxy', ['-c', '-q', '-f', join(DEPLOY, 'haproxy.cfg')]);
    });
});

/** Returns the command of an instruction in exec form. */
function json(match: RegExpExecArray | null): string[] {
  return JSON.parse(match![1]!) as string[];
}
