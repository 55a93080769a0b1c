import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NewMessage } from '../../server/wire';
import { type RunningApp, startApp } from '../support/app';
import { sendMessage } from '../support/http';
import { type Proxy, startProxy } from '../support/proxy';
import { Queue } from '../support/queue';

/** Starts a client in a process of its own. The browser's EventSource is tested in `clients.test.ts`. */
function startReader(client: string, url: string) {
  const child = spawn(process.execPath, [join(__dirname, 'eventsource.mjs'), client, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const queue = new Queue<string>();
  createInterface(child.stdout).on('line', (line) => queue.push(line));
  const next = async (type: string): Promise<string> => {
    for (;;) {
      const line = await queue.next();
      if (line.startsWith(`${type} `)) return line.slice(type.length + 1);
    }
  };
  return {
    next,
    nextMessage: async () => (JSON.parse(await next('new_message')) as NewMessage).message,
    end: async () => {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

let app: RunningApp;
let proxy: Proxy;
beforeEach(async () => {
  app = await startApp();
  proxy = await startProxy(app.url);
});
afterEach(async () => {
  await proxy.close();
  await app.close();
});

/** Version 5 of `eventsource` asks for Node 22, but runs on Node 20. */
const CLIENTS = [
  'eventsource2',
  'eventsource3',
  'eventsource4',
  'eventsource5',
  'eventsource-client',
  'undici',
];

describe.each(CLIENTS)('%s', (client) => {
  it('reconnects in a quiet room before its first message, and receives what it missed once', async () => {
    await sendMessage(app.url, 'before the reader connected');
    const reader = startReader(client, `${proxy.url}/sse`);
    await reader.next('presence');
    proxy.links.forEach((link) => link.close());
    await sendMessage(app.url, 'one');
    await sendMessage(app.url, 'two');
    expect([await reader.nextMessage(), await reader.nextMessage()]).toEqual(['one', 'two']);
    await sendMessage(app.url, 'three');
    expect(await reader.nextMessage()).toBe('three');
    await reader.end();
  });
});
