import { type RunningApp, startApp } from '../../support/app';
import { TestVisitor } from '../../support/test-visitor';
import { connect } from '../../support/socket';
import { openPeer } from '../../support/ws';

let app: RunningApp;
afterEach(() => app.close());

describe('the rate limit of messages', () => {
  it('is shared by all transports of a visitor, and says when to try again', async () => {
    app = await startApp({ LIMITS: 'on', LIMIT_MESSAGES: '3/60' });
    const masha = await TestVisitor.createGuest(app.url);
    const { socket } = await connect(app.url, { extraHeaders: masha.headers });
    expect((await masha.request('POST', '/messages', { message: 'one' })).status).toBe(201);
    expect(await socket.emitWithAck('new_message', { message: 'two' })).toMatchObject({ seq: 2 });
    expect(await socket.emitWithAck('new_message', { message: 'three' })).toMatchObject({ seq: 3 });
    const refused = await masha.request('POST', '/messages', { message: 'four' });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe(String(refused.body.retryAfter));
    expect(refused.body.error).toMatch(/^You are sending messages too fast\. Try again in \d+ s\.$/);
    expect(await socket.emitWithAck('new_message', { message: 'four' })).toMatchObject({
      code: 'rate_limited',
      status: 429,
      retryAfter: expect.any(Number) as number,
    });
    socket.disconnect();
    // Others have limits of their own, and the refused messages are not stored.
    const misha = await TestVisitor.createGuest(app.url);
    expect((await misha.request('POST', '/messages', { message: 'mine' })).body.seq).toBe(4);
  });

  it('is ten times as high for an address, for visitors without a cookie', async () => {
    app = await startApp({ LIMIT_MESSAGES: '1/60', LIMITS: 'on' });
    const stranger = new TestVisitor(app.url);
    for (let i = 0; i < 10; i += 1) {
      expect((await stranger.request('POST', '/messages', { message: `${i}` })).status).toBe(201);
    }
    expect((await stranger.request('POST', '/messages', { message: 'one too many' })).status).toBe(429);
    const peer = await openPeer(app.url, '/ws', 'json');
    peer.send({ type: 'new_message', message: 'neither here' });
    expect(await peer.next(({ type }) => type === 'error')).toMatchObject({
      code: 'rate_limited',
      status: 429,
    });
    peer.socket.terminate();
  });

  it('does not refuse a message whose acknowledgement was lost', async () => {
    app = await startApp({ LIMITS: 'on', LIMIT_MESSAGES: '1/60' });
    const masha = await TestVisitor.createGuest(app.url);
    const draft = { id: '9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10', message: 'once' };
    const first = await masha.request('POST', '/messages', draft);
    expect(await masha.request('POST', '/messages', draft)).toMatchObject({ status: 200, body: first.body });
  });

  it('does not exist where limits are off', async () => {
    app = await startApp({ LIMITS: 'off', LIMIT_MESSAGES: '1/60' });
    const stranger = new TestVisitor(app.url);
    for (let i = 0; i < 20; i += 1) {
      expect((await stranger.request('POST', '/messages', { message: `${i}` })).status).toBe(201);
    }
  });
});

describe('other limits', () => {
  it('apply to changes of names and contacts', async () => {
    app = await startApp({ LIMITS: 'on', LIMIT_NAMES: '1/60', LIMIT_CONTACTS: '1/60' });
    const masha = await TestVisitor.createGuest(app.url);
    expect((await masha.request('POST', '/username', { username: 'Masha' })).status).toBe(200);
    expect((await masha.request('POST', '/username', { username: 'Маша' })).body).toMatchObject({
      code: 'rate_limited',
      status: 429,
    });
    const contact = { name: 'Anna', phone: '+7 912 345-67-89' };
    expect((await masha.request('POST', '/contacts', contact)).status).toBe(201);
    expect((await masha.request('POST', '/contacts', contact)).body).toMatchObject({
      code: 'rate_limited',
      status: 429,
    });
    expect((await masha.request('GET', '/contacts')).status).toBe(200);
  });

  it('apply to attempts to sign in to a name, wherever they come from', async () => {
    app = await startApp({ LIMITS: 'on', LIMIT_SIGN_INS: '2/60' });
    await (await TestVisitor.createGuest(app.url)).createAccount('Masha', 'long enough');
    const attempt = (password: string) =>
      new TestVisitor(app.url).request('POST', '/sessions', { username: 'Masha', password });
    expect((await attempt('not it')).status).toBe(401);
    expect((await attempt('nor this')).status).toBe(401);
    const refused = await attempt('long enough');
    expect(refused.body.error).toMatch(/^There were too many attempts to sign in/);
    expect(refused.status).toBe(429);
  });

  it('apply to the connections of a visitor, and allow another when one has closed', async () => {
    app = await startApp({ LIMITS: 'on', LIMIT_CONNECTIONS: '2' });
    const masha = await TestVisitor.createGuest(app.url);
    const options = { extraHeaders: masha.headers, reconnection: false };
    const [one, two] = [await connect(app.url, options), await connect(app.url, options)];
    const refused = await connect(app.url, options).catch((error: Error & { data?: object }) => error);
    expect(refused).toMatchObject({ data: { code: 'too_many_connections', status: 429, retryAfter: 10 } });
    expect((await masha.request('GET', '/subscribe?timeout=0')).status).toBe(429);
    one.socket.disconnect();
    // Until the server has noticed.
    while ((await masha.request('GET', '/subscribe?timeout=0')).status !== 200);
    two.socket.disconnect();
  });
});
