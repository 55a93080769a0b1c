import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, isListening } from '../../ports';
import { Skipped, waitUntil } from './case';
import type { Fixture } from './fixture';

/** A minimal configuration: the headers for WebSocket, and nginx's defaults for everything else. */
const configuration = (port: number, upstreamPort: number): string => `
daemon off; master_process off; pid nginx.pid; error_log stderr error;
events {}
http {
  access_log off;
  client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstreamPort};
      proxy_http_version 1.1;
      proxy_read_timeout 60s;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
`;

/** Runs a function with the URL of an nginx in front of the server. @throws {Skipped} if nginx is not installed. */
export async function withNginx<T>(fixture: Fixture, run: (url: string) => Promise<T>): Promise<T> {
  if (spawnSync('nginx', ['-v']).status !== 0) throw new Skipped('nginx is not installed.');
  const folder = join(fixture.folder, 'nginx');
  mkdirSync(join(folder, 'temp'), { recursive: true });
  const port = await findFreePort();
  writeFileSync(join(folder, 'nginx.conf'), configuration(port, fixture.server.port));
  const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'ignore' });
  try {
    await waitUntil('nginx listens', 5_000, () => isListening(port));
    return await run(`http://localhost:${port}`);
  } finally {
    const exited = once(nginx, 'exit');
    if (nginx.exitCode === null) {
      nginx.kill('SIGTERM');
      await exited;
    }
  }
}
