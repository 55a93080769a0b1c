import { Log } from '../../../server/log/log';
import { startApp, type Running } from '../../support/app';
import { read } from '../../support/http';
import { TestVisitor } from '../../support/test-visitor';

/** What is asked for at the same time is decided one after the other. */

let app: Running;
let owner: TestVisitor;
beforeEach(async () => {
  app = await startApp();
  owner = await TestVisitor.createOwner(app, 'Olga');
});
afterEach(() => app.close());

const roleOf = async (who: TestVisitor): Promise<unknown> => (await who.request('GET', '/account')).body.role;
const actions = async (): Promise<string[]> =>
  ((await owner.request('GET', '/audit')).body as unknown as { action: string }[])
    .map(({ action }) => action)
    .reverse();

describe('roles', () => {
  it('two owners who demote each other at once leave one owner', async () => {
    const other = await TestVisitor.invite(owner, 'owner', 'Oleg');
    for (let i = 0; i < 5; i += 1) {
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
    const moderator = await TestVisitor.invite(owner, 'moderator', 'Mona');
    const guest = await TestVisitor.createGuest(app.url);
    const give = (role: string) => owner.request('PUT', `/people/${moderator.id}/role`, { role });
    for (let i = 0; i < 5; i += 1) {
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
      const { messages } = await read(app.url, { last: '1' });
      expect(messages).toMatchObject([{ type: 'new_message', id }]);
    }
    expect(await actions()).not.toContain('delete_message');
  });

  it('a moderator who is demoted during a ban has banned before that, or not at all', async () => {
    const moderator = await TestVisitor.invite(owner, 'moderator', 'Mona');
    const guest = await TestVisitor.createGuest(app.url);
    const give = (role: string) => owner.request('PUT', `/people/${moderator.id}/role`, { role });
    for (let i = 0; i < 5; i += 1) {
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
    for (let i = 1; i <= 5; i += 1) {
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
    const [lost, anew] = [await app.ownersLink(), await app.ownersLink()];
    const guest = await TestVisitor.createGuest(app.url);
    expect((await guest.acceptInvitation(lost)).status).toBe(404);
    expect((await guest.acceptInvitation(anew)).status).toBe(303);
    expect(await roleOf(guest)).toBe('owner');
  });
});
