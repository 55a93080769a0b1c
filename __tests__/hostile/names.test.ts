import { randomUUID } from 'node:crypto';
import { startApp, type RunningApp } from '../support/app';
import { TestVisitor } from '../support/test-visitor';
import { connect } from '../support/socket';
import { openPeer } from '../support/ws';

let app: RunningApp;
let closing: (() => void)[];

beforeEach(async () => {
  app = await startApp();
  closing = [];
});
afterEach(async () => {
  closing.forEach((close) => close());
  await app.close();
});

/** Changes the name of a visitor. Returns the new name, or the status of the refusal. */
interface Named {
  rename: (username: string) => Promise<string | number>;
}

const outcome = ({ username, status }: { username?: unknown; status?: unknown }): string | number =>
  (username ?? status) as string | number;

/** Every way to change a name, with a cookie and, where possible, without. */
const WAYS: Record<string, (cookie?: string) => Promise<Named>> = {
  'Socket.IO': async (cookie) => {
    const { socket } = await connect(app.url, cookie ? { extraHeaders: { Cookie: cookie } } : {});
    closing.push(() => socket.disconnect());
    return {
      rename: async (username) =>
        outcome((await socket.emitWithAck('change_username', { username })) as object),
    };
  },
  '/ws': async (cookie) => {
    const peer = await openPeer(app.url, '/ws', 'json', undefined, cookie ? { Cookie: cookie } : {});
    closing.push(() => peer.socket.terminate());
    return {
      rename: async (username) => {
        const id = randomUUID();
        peer.send({ type: 'change_username', username, id });
        const { answer, status } = await peer.next((frame) => frame.id === id);
        return outcome({ ...(answer as object), status });
      },
    };
  },
  'POST /username': async (cookie) => {
    const guest = cookie ? new TestVisitor(app.url, cookie) : await TestVisitor.createGuest(app.url);
    return {
      rename: async (username) => outcome((await guest.request('POST', '/username', { username })).body),
    };
  },
  'the form of a room': async (cookie) => {
    const guest = cookie ? new TestVisitor(app.url, cookie) : await TestVisitor.createGuest(app.url);
    return {
      rename: async (username) => {
        const form = new URLSearchParams({ message: 'x', username });
        const type = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/plain' };
        const { status, text } = await guest.request('POST', '/r/lobby', form.toString(), type);
        return status === 201 ? text.slice(0, text.indexOf(': ')) : status;
      },
    };
  },
};

const ways = Object.keys(WAYS);
const CONNECTED = ['Socket.IO', '/ws'];
/** Pairs of a way with a cookie and one without, whose name lasts as long as its connection. */
const meet = ways.flatMap((one) => CONNECTED.map((other) => [one, other] as [string, string]));

const UNSEEN = [
  'Ma\u200bsha',
  'Ma\u200dsha',
  '\u202eahsaM',
  'Masha\u2066',
  'Ma\u00adsha',
  'Masha\u0000',
  'Masha\ufe0f',
];
const RESERVED = [
  'admin',
  'Аdmin',
  'ADMIN',
  'ａｄｍｉｎ',
  'Adrnin',
  'Sуstem',
  'server',
  'moderator',
  'Owner',
  'Parley',
];
const EVERYBODY = ['anonymous', 'Аnonymous', 'ＡＮＯＮＹＭＯＵＳ', 'An0nymous'];
/** Names that look like Anna Bill: in other scripts, full width, another case, with I, l and 1, with more spaces. */
const ANNA = [
  'Аnnа Вill',
  'ＡＮＮＡ ＢＩＬＬ',
  'anna bill',
  'Anna BiIl',
  'Anna Bi1l',
  'Anna Bil1',
  ' Anna  Bill ',
];

describe.each(ways)('a name that is changed by %s', (way) => {
  /** Asks for each of some names, each as a new visitor. */
  const outcomes = (names: string[]) =>
    Promise.all(names.map(async (name) => [name, await (await WAYS[way]!()).rename(name)]));
  const all = (names: string[], outcome: string | number) => names.map((name) => [name, outcome]);

  it('is refused if it contains invisible characters', async () => {
    expect(await outcomes(UNSEEN)).toEqual(all(UNSEEN, 400));
  });

  it('is refused if it is reserved', async () => {
    expect(await outcomes(RESERVED)).toEqual(all(RESERVED, 400));
  });

  it('is Anonymous if it looks like that', async () => {
    expect(await outcomes(EVERYBODY)).toEqual(all(EVERYBODY, 'Anonymous'));
  });

  it('is refused if it looks like the name of a persistent visitor', async () => {
    const owner = await TestVisitor.createGuest(app.url);
    expect((await owner.request('POST', '/username', { username: 'Anna Bill' })).status).toBe(200);
    expect(await outcomes(ANNA)).toEqual(all(ANNA, 409));
  });

  it.each(CONNECTED)(
    'is refused if it looks like the name of a visitor without a cookie on %s, until that one takes another',
    async (other) => {
      const there = await WAYS[other]!();
      expect(await there.rename('Anna Bill')).toBe('Anna Bill');
      const comes = await WAYS[way]!();
      expect(await comes.rename('Anna BiIl')).toBe(409);
      expect(await there.rename('Boris')).toBe('Boris');
      expect(await comes.rename('Anna BiIl')).toBe('Anna BiIl');
    },
  );

  it('is free again when its owner takes another', async () => {
    const cookie = (await TestVisitor.createGuest(app.url)).cookie;
    const [one, other] = [await WAYS[way]!(cookie), await WAYS[way]!()];
    expect(await one.rename('Anna')).toBe('Anna');
    expect(await other.rename('Anna')).toBe(409);
    expect(await one.rename('Boris')).toBe('Boris');
    expect(await other.rename('Anna')).toBe('Anna');
  });
});

describe('a name that two visitors ask for at once', () => {
  it.each(meet)('is given to one of them, over %s with a cookie and %s without', async (one, other) => {
    const cookie = (await TestVisitor.createGuest(app.url)).cookie;
    const [lasting, connected] = [await WAYS[one]!(cookie), await WAYS[other]!()];
    for (let i = 0; i < 10; i += 1) {
      const names = [`Anna ${'a'.repeat(i)}x`, `Аnna ${'a'.repeat(i)}x`];
      const outcomes = await Promise.all([lasting.rename(names[0]!), connected.rename(names[1]!)]);
      expect(outcomes.filter((outcome) => typeof outcome === 'string')).toHaveLength(1);
    }
  });
});
