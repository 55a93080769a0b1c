import { type RunningApp, startApp } from '../support/app';
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
      const [plain, attacked] = [await page(''), await page(`?${encodeURI(query)}`)];
      expect(attacked.status).toBe(200);
      expect(attacked.text.replace(NONCE, '')).toBe(plain.text.replace(NONCE, ''));
    }
    expect(({} as { outputFunctionName?: unknown }).outputFunctionName).toBeUndefined();
  });
  const NONCE = /nonce="[^"]*"/g;
});

const DEPTH = 20_000;
/** Values of other types than the expected string. */
const WRONG_TYPES: [description: string, json: string][] = [
  ['an array', '["x"]'],
  ['nested arrays', `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`],
  ['nested objects', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
  ['an object with the methods of a string', '{"length":1,"trim":1,"toString":1}'],
  ['a number', '1'],
  ['true', 'true'],
];

/** Bodies that try to pollute a prototype or to exhaust the parser. */
const BODIES = [
  '{"__proto__":{"message":"x","username":"x","polluted":1}}',
  '{"message":"x","username":"x","name":"x","phone":"+79123456789","__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`,
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
      ...WRONG_TYPES.map(([, json]) => `{"phone":"+79123456789","password":"x","${field}":${json}}`),
    ];
    for (const body of bodies) {
      const { status, text } = await guest.request(method, path, body);
      expect({ body: body.slice(0, 60), status }).toEqual({ body: body.slice(0, 60), status: 400 });
      expect(text).not.toMatch(/node_modules|\.ts:|\.js:|at /);
    }
    expect(await readAll(app.url)).toEqual([]);
  });

  it.each(WRONG_TYPES)(
    'is refused on /ws with 400, and not repeated in the answer: %s',
    async (_description, json) => {
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
    },
  );

  it.each(WRONG_TYPES)('is refused on Socket.IO with 400: %s', async (_description, json) => {
    const { socket } = await connect(app.url);
    const value = JSON.parse(json) as unknown;
    // The client can't serialize deeply nested values.
    const wrong = json.length > 4_000 ? ['x'] : value;
    for (const [event, payload] of [
      ['new_message', { message: wrong }],
      ['new_message', { message: 'x', room: wrong }],
      ['new_message', { message: 'x', id: wrong }],
      ['new_message', JSON.parse('{"message":"x","__proto__":{"polluted":1}}')],
      ['new_message', wrong],
      ['change_username', { username: wrong }],
      ['join', { room: wrong }],
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
