import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../free-port';
import { begin } from '../transports/http';
import { expect, Skipped, until, type Case } from './case';
import { onGround, type Ground } from './fixture';

/** What an operator writes who has read nothing: WebSocket's headers, and every default. */
const conf = (port: number, to: number): string => `
daemon off; master_process off; pid nginx.pid; error_log stderr error;
events {}
http {
  access_log off;
  client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${to};
      proxy_http_version 1.1;
      proxy_read_timeout 60s;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
`;

/** Puts nginx before a server, and does something with its URL. @throws {Skipped} where there is no nginx. */
export async function withNginx<T>(ground: Ground, act: (url: string) => Promise<T>): Promise<T> {
  if (spawnSync('nginx', ['-v']).status !== 0) throw new Skipped('nginx is not installed.');
  const folder = join(ground.folder, 'nginx');
  mkdirSync(join(folder, 'temp'), { recursive: true });
  const port = await freePort(ground.dice);
  writeFileSync(join(folder, 'nginx.conf'), conf(port, ground.server.port));
  const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'ignore' });
  const listens = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
  try {
    await until('nginx listens', 5_000, listens);
    return await act(`http://localhost:${port}`);
  } finally {
    const ended = once(nginx, 'exit');
    if (nginx.exitCode === null) {
      nginx.kill('SIGTERM');
      await ended;
    }
  }
}

/** A proxy that gathers answers before it hands them on. */
export const f13: Case = {
  name: 'F13',
  title: 'nginx in front, default buffering: the first SSE byte in 1 s',
  run: (build) =>
    onGround(build, (ground) =>
      withNginx(ground, async (url) => {
        const times: number[] = [];
        for (let i = 0; i < 10; i += 1) {
          const begun = performance.now();
          const response = await begin(`${url}/sse`);
          await once(response, 'data');
          times.push(performance.now() - begun);
          response.destroy();
        }
        const live: number[] = [];
        const watch = ground.watch('sse', 'earliest', url, () => live.push(performance.now()));
        const line = await ground.line('post', url);
        for (let i = 1; i <= 10; i += 1) {
          const begun = performance.now();
          await ground.say(line);
          await until('The message', 2_000, () => watch.seq() === i);
          live[i - 1]! -= begun;
        }
        const [first, last] = [Math.max(...times), Math.max(...live)];
        expect(
          first < 1_000 && last < 1_000,
          `The first byte took ${first.toFixed(0)} ms, a message ${last.toFixed(0)} ms.`,
        );
        return `first byte after at most ${first.toFixed(0)} ms, a live message after at most ${last.toFixed(0)} ms`;
      }),
    ),
};
