import { startApp, type RunningApp } from '../support/app';
import { readAll } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';

let app: RunningApp;
beforeEach(async () => (app = await startApp()));
afterEach(() => app.close());

describe('the query', () => {
  it.each([
    'settings[view options][outputFunctionName]=x;throw new Error("run");s',
    'settings[view options][escapeFunction]=1;throw 1',
    'settings[view options][client]=true&settings[view options][debug]=true',
    'opts[outputFunctionName]=x&delimiter=x&root=/etc&filename=/etc/passwd&cache=',
    'nonce=x&me[role]=owner&_locals[room]=x&layout=/etc/passwd',
    '__proto__[outputFunctionName]=x&constructor[prototype][escapeFunction]=x',
  ])('never reaches a view: ?%s', async (query) => {
    const guest = await TestVisitor.createGuest(app.url);
    for (const path of ['/', '/r/lobby', '/account']) {
      const page = (search: string) =>
        guest.request('GET', path + search, undefined, { Accept: 'text/html' });
      const [plain, odd] = [await page(''), await page(`?${encodeURI(query)}`)];
      expect(odd.status).toBe(200);
      expect(odd.text.replace(NONCE, '')).toBe(plain.text.replace(NONCE, ''));
    }
    expect(({} as { outputFunctionName?: unknown }).outputFunctionName).toBeUndefined();
  });
  const NONCE = /nonce="[^"]*"/g;
});

/** Values of other types, where a string is expected. */
const DEEP = 20_000;
const ODD: [what: string, json: string][] = [
  ['an array', '["x"]'],
  ['an array of arrays', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
  ['objects in objects', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
  ['an object that has a text’s methods', '{"length":1,"trim":1,"toString":1}'],
  ['a number', '1'],
  ['true', 'true'],
];

/** Bodies that try to pollute a prototype, or to exhaust the parser. */
const BODIES = [
  '{"__proto__":{"message":"x","username":"x","polluted":1}}',
  '{"message":"x","username":"x","name":"x","phone":"+79123456789","__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  '["message"]',
  '"message"',
  'null',
  '[]',
];

const WRITES: [method: string, path: string, field: string][] = [
  ['POST', '/messages', 'message'],
  ['POST', '/username', 'username'],
  ['POST', '/contacts', 'name'],
  ['POST', '/sessions', 'username'],
  ['PUT', '/account/password', 'password'],
];

describe('JSON of the wrong shape', () => {
  afterEach(() => expect(({} as { polluted?: unknown }).polluted).toBeUndefined());

  it.each(WRITES)('is refused by %s %s with 400', async (method, path, field) => {
    const guest = await TestVisitor.createGuest(app.url);
    const bodies = [
      ...BODIES,
      ...ODD.map(([, json]) => `{"phone":"+79123456789","password":"x","${field}":${json}}`),
    ];
    for (const body of bodies) {
      const { status, text } = await guest.request(method, path, body);
      expect({ body: body.slice(0, 60), status }).toEqual({ body: body.slice(0, 60), status: 400 });
      expect(text).not.toMatch(/node_modules|\.ts:|\.js:|at /);
    }
    expect(await readAll(app.url)).toEqual([]);
  });

  it.each(ODD)('is refused on /ws with 400, and not repeated in the answer: %s', async (_what, json) => {
    const peer = await openPeer(app.url, '/ws', 'json');
    for (const frame of [
      `{"type":"new_message","message":${json}}`,
      `{"type":"new_message","message":"x","room":${json}}`,
      `{"type":"new_message","message":"x","id":${json}}`,
      `{"type":"change_username","username":${json}}`,
      `{"type":${json}}`,
      `{"type":"join","after":${json}}`,
      ...BODIES.map((body) => body.replace('{', '{"type":"new_message",')),
    ]) {
      const before = peer.frames.length;
      peer.send(frame);
      const error = await peer.next((one) => peer.frames.indexOf(one) >= before && one.type === 'error');
      expect({ frame: frame.slice(0, 50), status: error.status }).toEqual({
        frame: frame.slice(0, 50),
        status: 400,
      });
    }
    peer.socket.terminate();
    expect(await readAll(app.url)).toEqual([]);
  });

  it.each(ODD)('is refused on Socket.IO with 400: %s', async (_what, json) => {
    const { socket } = await connect(app.url);
    const value = JSON.parse(json) as unknown;
    // The client can't send what it can't serialize.
    const odd = json.length > 4_000 ? ['x'] : value;
    for (const [event, payload] of [
      ['new_message', { message: odd }],
      ['new_message', { message: 'x', room: odd }],
      ['new_message', { message: 'x', id: odd }],
      ['new_message', JSON.parse('{"message":"x","__proto__":{"polluted":1}}')],
      ['new_message', odd],
      ['change_username', { username: odd }],
      ['join', { room: odd }],
    ] as [string, unknown][])
      expect(await socket.emitWithAck(event, payload)).toMatchObject({ status: 400 });
    socket.disconnect();
    expect(await readAll(app.url)).toEqual([]);
  });

  it('in the query is refused with 400 where one value is expected', async () => {
    for (const query of [
      'room=a&room=b',
      'after=a&after=b',
      'last=1&last=2',
      'limit=1&limit=1',
      '__proto__=x',
    ])
      for (const path of ['/messages', '/subscribe'])
        expect((await fetch(`${app.url}${path}?${query}`)).status).toBe(400);
  });
});
