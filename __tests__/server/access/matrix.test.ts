import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../../server/wire';
import { type RunningApp, startApp } from '../../support/app';
import { TestVisitor } from '../../support/test-visitor';
import { ATTEMPTS } from './attempts';
import {
  ACCESSES,
  asMarkdown,
  ROLES,
  expectedVerdict,
  type AccessName,
  type RoleName,
  type RuleName,
  type Verdict,
} from './table';
import { type Fixture, PLAIN_TEXT } from './ways';

const NAMES = { member: 'Masha', muted: 'Misha', banned: 'Boris', moderator: 'Mona', owner: 'Olga' };

/** What muted visitors may not do, because they are muted. */
const MUTED: RuleName[] = ['write', 'createRoom', 'writeOwnRoom'];

/** Returns a pattern for the sentence of a refusal. */
function sentence(status: Verdict, access: AccessName, role: RoleName, rule: RuleName): RegExp {
  if (status === 401)
    return access === 'invite' ? /^This chat is by invitation\./ : /^This chat is only for people/;
  if (status === 404) return /^There is no such room, or you are not a member of it\.$/;
  if (status === 400)
    return /^(Open the chat in a browser first|Choose a name first|Create an account first)/;
  if (role === 'banned') return /^You are banned from this chat\.$/;
  if (role === 'muted' && MUTED.includes(rule)) return /^A moderator has muted you/;
  if (rule === 'moderateOwnRoom') return /^(Only its writer|Only the creator|Only public rooms)/;
  return rule === 'administer' ? /^Only an owner may do that\.$/ : /^Only a moderator may do that\.$/;
}

/** Returns the code of a refusal. */
function codeOf(status: Verdict, role: RoleName, rule: RuleName): ErrorCode {
  if (status === 401) return 'sign_in_required';
  if (status === 400) return 'bad_request';
  if (status === 404) return 'not_found';
  if (role === 'banned') return 'banned';
  return role === 'muted' && MUTED.includes(rule) ? 'muted' : 'forbidden';
}

describe.each(ACCESSES)('in a chat that is %s', (access) => {
  let app: RunningApp;
  let people: Record<Exclude<RoleName, 'nobody' | 'guest'>, TestVisitor>;
  let ground: Fixture;
  /** The messages of visitors who can no longer send any, by visitor id. */
  const messages = new Map<string, string>();

  beforeAll(async () => {
    app = await startApp({ ACCESS: access });
    const owner = await TestVisitor.createOwner(app, NAMES.owner);
    people = {
      member: await TestVisitor.invite(owner, 'member', NAMES.member),
      muted: await TestVisitor.invite(owner, 'member', NAMES.muted),
      banned: await TestVisitor.invite(owner, 'member', NAMES.banned),
      moderator: await TestVisitor.invite(owner, 'moderator', NAMES.moderator),
      owner,
    };
    const author = await TestVisitor.invite(owner, 'member', 'Anton');
    const send = async (who: TestVisitor): Promise<string> => {
      const id = randomUUID();
      await who.request('POST', '/messages', { id, message: 'to be deleted' });
      return id;
    };
    for (const one of [people.muted, people.banned]) messages.set(one.id, await send(one));
    const createRoom = async (...members: TestVisitor[]) => {
      const { body } = await author.request('POST', '/rooms', { title: 'Plans', private: true });
      const room = String(body.room);
      for (const { id } of members) await author.request('PUT', `/rooms/${room}/members/${id}`);
      const sent = await author.request('POST', '/messages', { room, message: 'hello' });
      return { room, message: String(sent.body.id) };
    };
    const shared = await createRoom(...Object.values(people));
    const othersRoom = await createRoom();
    await owner.request('PUT', `/people/${people.muted.id}/mute`, {});
    await owner.request('PUT', `/people/${people.banned.id}/ban`, {});
    ground = {
      createMessage: () => send(author),
      ownMessage: async (who) => messages.get(who.id) ?? send(who),
      ownRoom: async ({ id: visitor, cookie }) => {
        if (!cookie) return othersRoom;
        // A guest is another one for each attempt.
        await author.request('PUT', `/rooms/${shared.room}/members/${visitor}`);
        return shared;
      },
      othersRoom,
      target: (await TestVisitor.createGuest(app.url)).id,
      password: ({ id: visitor }) => {
        const role = Object.entries(people).find(([, one]) => one.id === visitor)?.[0];
        return `${NAMES[role as keyof typeof NAMES] ?? 'Nobody'} password`;
      },
      createInvitation: async () => {
        const { body } = await owner.request('POST', '/invitations', {});
        return String(body.url);
      },
      otherAccount: { username: 'Anton', password: 'Anton password' },
    };
  });
  afterAll(() => app.close());

  /** Returns a visitor with a role: a new one if requests would change its identity. */
  async function visitorOf(role: RoleName): Promise<TestVisitor> {
    if (role === 'nobody') return new TestVisitor(app.url);
    // A copy, so that signing it out leaves the original signed in.
    if (role !== 'guest') return Object.assign(new TestVisitor(app.url), people[role]);
    const guest = await TestVisitor.createGuest(app.url);
    // Guests can only choose a name in an open chat.
    await guest.request('POST', '/username', { username: `g${randomUUID().slice(0, 8)}` });
    return guest;
  }

  const attempts = Object.entries(ATTEMPTS).flatMap(([rule, ways]) =>
    Object.entries(ways).map(([way, attempt]) => ({ rule: rule as RuleName, way, attempt })),
  );

  it.each(attempts)('$rule: $way is allowed or refused by role', async ({ rule, way, attempt }) => {
    for (const role of ROLES) {
      const expected = expectedVerdict(access, rule, role);
      const { status, error, code } = await attempt(await visitorOf(role), ground);
      const outcome = { role, is: status >= 200 && status < 400 ? 'yes' : status };
      if (expected === 'yes') {
        expect({ ...outcome, error, code }).toEqual({ role, is: 'yes' });
        continue;
      }
      const isPlainText = way.endsWith('as a page') || (way === 'WebSocket (text)' && role === 'muted');
      expect({ ...outcome, error, code }).toEqual({
        role,
        is: expected,
        error: expect.stringMatching(sentence(expected, access, role, rule)) as string,
        code: isPlainText ? PLAIN_TEXT : codeOf(expected, role, rule),
      });
    }
  });
});

it('the README shows the table of roles and rules', () => {
  // Prettier pads the columns.
  const narrow = (table: string): string => table.replace(/ +/g, ' ').replace(/-+/g, '-');
  const readme = readFileSync(join(__dirname, '..', '..', '..', 'README.md'), 'utf8');
  expect(narrow(readme)).toContain(narrow(asMarkdown()));
});
