import { get, request } from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { type RunningApp, startApp } from '../../support/app';
import { TestVisitor } from '../../support/test-visitor';

const TLS = join(__dirname, '..', '..', 'support', 'tls');
const ca = readFileSync(join(TLS, 'cert.pem'));

describe('a server with a certificate', () => {
  let app: RunningApp;
  let url: string;
  beforeAll(async () => {
    app = await startApp({ TLS_CERT: join(TLS, 'cert.pem'), TLS_KEY: join(TLS, 'key.pem') });
    url = app.url.replace('http:', 'https:');
  });
  afterAll(() => app.close());

  it('serves https, and sets a cookie that other hosts and unencrypted connections can neither set nor read', async () => {
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      get(`${url}/`, { ca }, (response) => resolve(response.resume().headers)).on('error', reject);
    });
    const [cookie] = headers['set-cookie'] as string[];
    expect(cookie).toMatch(/^__Host-parley_[0-9a-f]{8}=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d+$/);
  });

  it('serves wss, Socket.IO and streams', async () => {
    const peer = new WebSocket(`${url.replace('https', 'wss')}/ws`, 'json', { ca });
    await new Promise((resolve, reject) => peer.on('open', resolve).on('error', reject));
    const socket = io(url, { forceNew: true, transports: ['websocket'], ca: ca.toString() });
    await new Promise((resolve, reject) =>
      socket.on('connect', () => resolve(0)).on('connect_error', reject),
    );
    const received = Promise.all([
      new Promise((resolve) => {
        peer.on('message', (data) => (data as Buffer).toString().includes('over TLS') && resolve(0));
      }),
      new Promise((resolve) => {
        const stream = request(`${url}/sse?last=1`, { ca }, (response) => {
          response.on('data', (data: Buffer) => {
            if (!data.toString().includes('over TLS')) return;
            stream.destroy();
            resolve(0);
          });
        });
        stream.end();
      }),
    ]);
    expect(await socket.emitWithAck('new_message', { message: 'over TLS' })).toMatchObject({ seq: 1 });
    await received;
    socket.disconnect();
    peer.terminate();
  });
});

describe('a server behind a proxy', () => {
  it('uses its headers about TLS and addresses only if it is trusted', async () => {
    const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.7' };
    for (const [trust, secure] of [
      ['0', false],
      ['1', true],
      ['127.0.0.0/8', true],
      ['10.0.0.0/8', false],
    ] as const) {
      const app = await startApp({ TRUST_PROXY: trust });
      const guest = new TestVisitor(app.url);
      const { headers } = await guest.request('GET', '/', undefined, forwarded);
      const [cookie] = headers.getSetCookie();
      expect([trust, /^__Host-.*; Secure;/.test(cookie!)]).toEqual([trust, secure]);
      await app.close();
    }
  });
});
