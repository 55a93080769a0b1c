import { randomUUID } from 'node:crypto';
import { type RunningApp, startApp } from '../support/app';
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

interface Renamer {
  /** Changes the name of a visitor. Returns the new name, or the status of the refusal. */
  rename: (username: string) => Promise<string | number>;
}

const outcome = ({ username, status }: { username?: unknown; status?: unknown }): string | number =>
  (username ?? status) as string | number;

/** Every way to change a name, with a cookie and, where possible, without. */
const RENAMERS: Record<string, (cookie?: string) => Promise<Renamer>> = {
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

const ways = Object.keys(RENAMERS);
const CONNECTED = ['Socket.IO', '/ws'];
/** Pairs of a way with a cookie, and one without, where a name lasts as long as the connection. */
const pairs = ways.flatMap((one) => CONNECTED.map((other) => [one, other] as [string, string]));

const INVISIBLE = [
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
const DEFAULT_NAMES = ['anonymous', 'Аnonymous', 'ＡＮＯＮＹＭＯＵＳ', 'An0nymous'];
/** Names that look like “Anna Bill”: other scripts, full width, another case, I, l and 1, more spaces. */
const LOOK_ALIKES = [
  'Аnnа Вill',
  'ＡＮＮＡ ＢＩＬＬ',
  'anna bill',
  'Anna BiIl',
  'Anna Bi1l',
  'Anna Bil1',
  ' Anna  Bill ',
];

describe.each(ways)('a name that is changed by %s', (way) => {
  /** Requests each name as a new visitor. */
  const outcomes = (names: string[]) =>
    Promise.all(names.map(async (name) => [name, await (await RENAMERS[way]!()).rename(name)]));
  const all = (names: string[], outcome: string | number) => names.map((name) => [name, outcome]);

  it('is refused if it contains invisible characters', async () => {
    expect(await outcomes(INVISIBLE)).toEqual(all(INVISIBLE, 400));
  });

  it('is refused if it is reserved', async () => {
    expect(await outcomes(RESERVED)).toEqual(all(RESERVED, 400));
  });

  it('is Anonymous if it looks like “Anonymous”', async () => {
    expect(await outcomes(DEFAULT_NAMES)).toEqual(all(DEFAULT_NAMES, 'Anonymous'));
  });

  it('is refused if it looks like the name of a persistent visitor', async () => {
    const owner = await TestVisitor.createGuest(app.url);
    expect((await owner.request('POST', '/username', { username: 'Anna Bill' })).status).toBe(200);
    expect(await outcomes(LOOK_ALIKES)).toEqual(all(LOOK_ALIKES, 409));
  });

  it.each(CONNECTED)(
    'is refused if it looks like the name of a visitor without a cookie on %s, until that visitor changes it',
    async (other) => {
      const owner = await RENAMERS[other]!();
      expect(await owner.rename('Anna Bill')).toBe('Anna Bill');
      const newcomer = await RENAMERS[way]!();
      expect(await newcomer.rename('Anna BiIl')).toBe(409);
      expect(await owner.rename('Boris')).toBe('Boris');
      expect(await newcomer.rename('Anna BiIl')).toBe('Anna BiIl');
    },
  );

  it('is free again when its owner changes it', async () => {
    const cookie = (await TestVisitor.createGuest(app.url)).cookie;
    const [one, other] = [await RENAMERS[way]!(cookie), await RENAMERS[way]!()];
    expect(await one.rename('Anna')).toBe('Anna');
    expect(await other.rename('Anna')).toBe(409);
    expect(await one.rename('Boris')).toBe('Boris');
    expect(await other.rename('Anna')).toBe('Anna');
  });
});

describe('a name that two visitors request at once', () => {
  it.each(pairs)('is given to one of them, over %s with a cookie and %s without', async (one, other) => {
    const cookie = (await TestVisitor.createGuest(app.url)).cookie;
    const [persistent, connected] = [await RENAMERS[one]!(cookie), await RENAMERS[other]!()];
    for (let i = 0; i < 10; i += 1) {
      const names = [`Anna ${'a'.repeat(i)}x`, `Аnna ${'a'.repeat(i)}x`];
      const outcomes = await Promise.all([persistent.rename(names[0]!), connected.rename(names[1]!)]);
      expect(outcomes.filter((outcome) => typeof outcome === 'string')).toHaveLength(1);
    }
  });
});
