import { randomUUID } from 'node:crypto';
import type { Stores } from '../../server/stores/open';
import { Log } from '../../server/log/log';
import type { Entry } from '../../server/wire';
import { type RunningApp, startApp } from '../support/app';
import { Authenticator } from '../support/authenticator';
import { delayed } from '../support/delayed-stores';
import { readPage } from '../support/http';
import { TestVisitor } from '../support/test-visitor';
import { WRITERS } from '../support/writers';

const BACKINGS: [name: string, wrap: (stores: Stores) => Stores][] = [
  ['at once', (stores) => stores],
  ...[1, 2, 3].map((seed): (typeof BACKINGS)[number] => [
    `late and out of order (seed ${seed})`,
    (stores) => delayed(stores, seed),
  ]),
];

describe.each(BACKINGS)('concurrent requests, with stores that answer %s:', (_name, wrap) => {
  let app: RunningApp;
  let owner: TestVisitor;
  beforeEach(async () => {
    app = await startApp({}, { wrap });
    owner = await TestVisitor.createOwner(app, 'Olga');
  });
  afterEach(() => app.close());

  const roleOf = async (who: TestVisitor): Promise<unknown> =>
    (await who.request('GET', '/account')).body.role;
  const actions = async (): Promise<string[]> =>
    ((await owner.request('GET', '/audit')).body as unknown as { action: string }[])
      .map(({ action }) => action)
      .reverse();

  const signIn = (username: string, password: string) =>
    new TestVisitor(app.url).request('POST', '/sessions', { username, password });

  describe('roles', () => {
    /** Invites a moderator, and returns the function with which the owner gives it another role. */
    const inviteModerator = async () => {
      const moderator = await TestVisitor.invite(owner, 'moderator', 'Mona');
      const give = (role: string) => owner.request('PUT', `/people/${moderator.id}/role`, { role });
      return { moderator, give };
    };

    it('two owners who demote each other at once leave one owner', async () => {
      const other = await TestVisitor.invite(owner, 'owner', 'Oleg');
      for (let i = 0; i < 3; i += 1) {
        const answers = await Promise.all([
          owner.request('PUT', `/people/${other.id}/role`, { role: 'guest' }),
          other.request('PUT', `/people/${owner.id}/role`, { role: 'guest' }),
        ]);
        expect(answers.map(({ status }) => status).sort()).toEqual([204, 403]);
        const [left, demoted] = (await roleOf(owner)) === 'owner' ? [owner, other] : [other, owner];
        expect([await roleOf(left), await roleOf(demoted)]).toEqual(['owner', 'guest']);
        expect((await left.request('PUT', `/people/${demoted.id}/role`, { role: 'owner' })).status).toBe(204);
      }
    });

    it('a message is deleted only by the roles that allow it in the transaction that deletes it', async () => {
      const { moderator, give } = await inviteModerator();
      const guest = await TestVisitor.createGuest(app.url);
      for (let i = 0; i < 3; i += 1) {
        await give('moderator');
        const { id } = (await guest.request('POST', '/messages', { message: 'hello' })).body;
        const append = jest.spyOn(Log.prototype, 'append');
        // Judged as a moderator's, and demoted before it is committed.
        append.mockImplementationOnce(async function (this: Log, deletion) {
          await give('guest');
          return this.append(deletion);
        });
        expect((await moderator.request('DELETE', `/r/lobby/messages/${String(id)}`)).status).toBe(403);
        append.mockRestore();
        const { messages } = await readPage(app.url, { last: '1' });
        expect(messages).toMatchObject([{ type: 'new_message', id }]);
      }
      expect(await actions()).not.toContain('delete_message');
    });

    it('a moderator who is demoted during a ban has banned before that, or not at all', async () => {
      const { moderator, give } = await inviteModerator();
      const guest = await TestVisitor.createGuest(app.url);
      for (let i = 0; i < 3; i += 1) {
        await give('moderator');
        const before = (await actions()).length;
        const [demoted, ...own] = await Promise.all([
          give('guest'),
          moderator.request('PUT', `/people/${guest.id}/ban`, {}),
          moderator.request('PUT', `/people/${guest.id}/mute`, {}),
          moderator.request('PUT', '/r/lobby/rules', { slow: 60 }),
          moderator.request('DELETE', `/people/${guest.id}/ban`),
        ]);
        expect(demoted.status).toBe(204);
        const allowed = own.filter(({ status }) => status < 300);
        expect(own.filter(({ status }) => status === 403)).toHaveLength(own.length - allowed.length);
        const done = (await actions()).slice(before);
        expect(done).toHaveLength(allowed.length + 1);
        expect(done.at(-1)).toBe('set_role');
      }
    });
  });

  describe('the rules of a room', () => {
    it('keep all concurrent changes', async () => {
      const moderator = await TestVisitor.invite(owner, 'moderator');
      for (let i = 1; i <= 3; i += 1) {
        await Promise.all([
          owner.request('PUT', '/r/lobby/rules', { locked: i % 2 === 1 }),
          moderator.request('PUT', '/r/lobby/rules', { slow: i }),
        ]);
        expect((await owner.request('GET', '/r/lobby/rules')).body).toEqual({ locked: i % 2 === 1, slow: i });
      }
    });
  });

  describe('an invitation', () => {
    const invite = async (role: string, uses: number): Promise<string> => {
      const { body } = await owner.request('POST', '/invitations', { role, uses });
      return String(body.url);
    };
    const used = async (): Promise<number[]> =>
      ((await owner.request('GET', '/invitations')).body as unknown as { used: number; visitor: string }[])
        .filter(({ visitor }) => visitor)
        .map(({ used }) => used);

    it('accepted three times at once by one person counts once, and succeeds each time', async () => {
      for (const uses of [3, 1]) {
        const link = await invite('member', uses);
        const guest = await TestVisitor.createGuest(app.url);
        const answers = await Promise.all([1, 2, 3].map(() => guest.acceptInvitation(link)));
        expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
        expect(await roleOf(guest)).toBe('member');
      }
      expect(await used()).toEqual([1, 1]);
    });

    it('accepted by many at once is accepted as often as it has uses', async () => {
      const link = await invite('member', 2);
      const guests = await Promise.all([1, 2, 3, 4].map(() => TestVisitor.createGuest(app.url)));
      const answers = await Promise.all(guests.map((guest) => guest.acceptInvitation(link)));
      expect(answers.map(({ status }) => status).sort()).toEqual([303, 303, 404, 404]);
      expect(await used()).toEqual([2]);
    });

    it('accepted together with one for a higher role does not take that role away', async () => {
      for (const reversed of [false, true]) {
        const links = [await invite('moderator', 1), await invite('member', 1)];
        const guest = await TestVisitor.createGuest(app.url);
        await Promise.all((reversed ? links.reverse() : links).map((link) => guest.acceptInvitation(link)));
        expect(await roleOf(guest)).toBe('moderator');
      }
    });

    it('that the server creates for the owner expires the earlier ones', async () => {
      const [lost, anew] = [await app.createOwnerInvitation(), await app.createOwnerInvitation()];
      const guest = await TestVisitor.createGuest(app.url);
      expect((await guest.acceptInvitation(lost)).status).toBe(404);
      expect((await guest.acceptInvitation(anew)).status).toBe(303);
      expect(await roleOf(guest)).toBe('owner');
    });
  });

  describe('a name', () => {
    it('that several guests take at once becomes the account of one', async () => {
      const names = ['Masha', 'MASHA', 'masha', 'Маsha'];
      const guests = await Promise.all(names.map(() => TestVisitor.createGuest(app.url)));
      const outcomes = await Promise.all(
        guests.map(async (guest, i) => {
          const renaming = await guest.request('POST', '/username', { username: names[i] });
          if (renaming.status !== 200) return renaming.body.code;
          return (await guest.request('PUT', '/account/password', { password: 'a password' })).status;
        }),
      );
      expect(outcomes.filter((outcome) => outcome !== 204)).toEqual(Array(3).fill('name_taken'));
      const winner = guests[outcomes.indexOf(204)]!;
      const signedIn = await signIn('Masha', 'a password');
      expect(signedIn).toMatchObject({ status: 201, body: { visitor: winner.id } });
    });
  });

  describe('a message', () => {
    it('that is sent several times at once is stored once', async () => {
      const draft = { message: 'once', id: randomUUID() };
      const answers = await Promise.all([1, 2, 3, 4].map(() => owner.request('POST', '/messages', draft)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect((await readPage(app.url, { after: 'earliest' })).messages).toMatchObject([draft]);
    });

    it('that several delete at once is deleted once, and leaves one audit entry', async () => {
      const author = await TestVisitor.createGuest(app.url);
      const moderator = await TestVisitor.invite(owner, 'moderator');
      const { id } = (await author.request('POST', '/messages', { message: 'hello' })).body;
      const answers = await Promise.all(
        [author, moderator, owner, owner].map((by) =>
          by.request('DELETE', `/r/lobby/messages/${String(id)}`),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
      const { messages } = await readPage(app.url, { after: 'earliest' });
      expect(messages.map(({ type }) => type)).toEqual(['deleted_message', 'delete_message']);
      expect((await actions()).filter((action) => action === 'delete_message')).toHaveLength(1);
    });
  });

  describe('the messages of one connection', () => {
    const connections = Object.entries(WRITERS).filter(([way]) => way !== 'POST /messages');

    it.each(connections)(
      'are stored in the order in which it sends them, without waiting for answers: %s',
      async (_way, open) => {
        const writer = await open(app.url);
        const drafts = Array.from({ length: 100 }, (_, i) => {
          return { id: randomUUID(), room: 'lobby', message: String(i) };
        });
        const answers = (await Promise.all(drafts.map((draft) => writer.write(draft)))) as Entry[];
        expect(answers.map(({ seq }) => seq)).toEqual(drafts.map((_, i) => i + 1));
        writer.close();
      },
    );
  });

  describe('an account', () => {
    it('whose password changes keeps no session that is opened with the old one meanwhile', async () => {
      const masha = await TestVisitor.createGuest(app.url);
      await masha.createAccount('Masha', 'the old one');
      const passwords = { current: 'the old one', password: 'the new one' };
      let isChanged = false;
      const change = masha.request('PUT', '/account/password', passwords).finally(() => (isChanged = true));
      const opened: string[] = [];
      const openSessions = async (): Promise<void> => {
        do {
          const { status, headers } = await signIn('Masha', 'the old one');
          if (status === 201) opened.push(headers.getSetCookie()[0]!.split(';')[0]!);
        } while (!isChanged);
      };
      await Promise.all([openSessions(), openSessions(), openSessions()]);
      expect((await change).status).toBe(204);
      for (const cookie of opened)
        expect((await new TestVisitor(app.url, cookie).request('GET', '/account')).status).toBe(401);
      expect((await masha.request('GET', '/account')).body.grants).toHaveLength(1);
    });

    it('keeps one of its two passkeys when both are removed at once', async () => {
      const masha = await TestVisitor.createGuest(app.url);
      await masha.request('POST', '/username', { username: 'Masha' });
      const devices = [new Authenticator(app.url), new Authenticator(app.url)];
      for (const device of devices) expect((await device.register(masha)).status).toBe(201);
      const { passkeys } = (await masha.request('GET', '/account')).body as { passkeys: { id: string }[] };
      const removals = await Promise.all(
        passkeys.map(({ id }) => masha.request('DELETE', `/account/passkeys/${id}`)),
      );
      expect(removals.map(({ status }) => status).sort()).toEqual([204, 409]);
      const signIns = await Promise.all(devices.map((device) => device.signIn(new TestVisitor(app.url))));
      expect(signIns.map(({ status }) => status).sort()).toEqual([201, 401]);
    });
  });
});
