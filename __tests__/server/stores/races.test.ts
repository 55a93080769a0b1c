import type { NewCredential } from '../../../server/accounts/credential';
import type { Stores } from '../../../server/stores/open';
import { type Backend, BACKENDS, delayedBackend } from '../../support/backends';
import { deletionDraft, messageDraft } from '../../support/drafts';

const SEEDS = [1, 2, 3, 4, 5];
const VARIANTS = Object.entries(BACKENDS).flatMap(([name, create]) =>
  SEEDS.map((seed): [string, number, () => Backend] => [name, seed, create]),
);
const NOW = 1_700_000_000_000;

/** How many of the outcomes are the expected one. */
const count = (outcomes: readonly unknown[], expected: unknown): number =>
  outcomes.filter((outcome) => outcome === expected).length;
const times = <T>(n: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => make(i)));

describe.each(VARIANTS)('concurrent writers to %s, in any order (seed %i),', (_name, seed, create) => {
  let backend: Backend;
  let stores: Stores;

  beforeEach(async () => {
    backend = delayedBackend(create(), seed);
    stores = await backend.open();
  });
  afterEach(async () => {
    await stores.close();
    await backend.remove();
  });

  it('get one entry for one id, and seqs without holes', async () => {
    const draft = messageDraft('once');
    const results = await times(10, () => stores.log.append([draft, messageDraft('x')], new Date(NOW)));
    const seqs = results.map(([first]) => (typeof first === 'object' ? first.entry.seq : first));
    expect(new Set(seqs).size).toBe(1);
    const { head, entries } = await stores.log.after('lobby', 0, 100);
    expect(head).toBe(11);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1));
  });

  it('delete a message once', async () => {
    const draft = messageDraft('gone');
    await stores.log.append([draft], new Date(NOW));
    const results = await times(5, () => stores.log.append([deletionDraft(draft.id)], new Date(NOW)));
    expect(count(results.flat(), 'target_missing')).toBe(4);
  });

  it('give a name to one of them', async () => {
    const outcomes = await times(8, (i) => stores.visitors.claim(`v${i}`, 'Masha', 'masha', 0, NOW));
    expect(count(outcomes, 'done')).toBe(1);
  });

  it('give a name to one of them, whether or not they are persistent', async () => {
    const outcomes = await times(8, (i) =>
      i % 2
        ? stores.visitors.claim(`v${i}`, 'Masha', 'masha', 0, NOW)
        : stores.visitors.reserveName(`v${i}`, 'masha', 'node', 0, NOW, NOW + 1),
    );
    expect(count(outcomes, 'done')).toBe(1);
  });

  it('write one message in an interval of slow mode', async () => {
    const outcomes = await times(5, (i) => stores.slowMode.recordMessage('lobby', 'v', NOW + i, 1_000, 0));
    expect([count(outcomes, 'done'), count(outcomes, 'too_soon')]).toEqual([1, 4]);
  });

  it('replace a password once', async () => {
    await stores.visitors.claim('v', 'Masha', 'masha', 0, NOW);
    const outcomes = await times(5, (i) => stores.accounts.setPassword('v', undefined, `hash ${i}`));
    expect([count(outcomes, 'done'), count(outcomes, 'password_changed')]).toEqual([1, 4]);
  });

  it('exceed no limit of tokens, sessions and contacts', async () => {
    const credential = (kind: 'token' | 'session', i: number): NewCredential => {
      return { id: `${kind}${i}`, kind, hash: `${kind}${i}`, label: '', at: NOW + i, used: NOW + i };
    };
    const tokens = await times(6, (i) => stores.accounts.addToken('v', credential('token', i), 4));
    expect([count(tokens, 'done'), count(tokens, 'limit_reached')]).toEqual([4, 2]);
    await stores.visitors.claim('v', 'Masha', 'masha', 0, NOW);
    await stores.accounts.setPassword('v', undefined, 'hash');
    const limits = { max: 4, expiredBefore: 0 };
    await times(6, (i) => stores.accounts.addSession('v', credential('session', i), limits, 'hash'));
    const kinds = (await stores.accounts.credentialsOf('v', 0)).map(({ kind }) => kind);
    expect([count(kinds, 'token'), count(kinds, 'session')]).toEqual([4, 4]);
    const contact = (i: number) => ({ id: String(i), name: 'Masha', phone: '+79123456789' });
    const contacts = await times(6, (i) => stores.contacts.addContact(contact(i), 4));
    expect([count(contacts, 'done'), count(contacts, 'limit_reached')]).toEqual([4, 2]);
  });

  it('answer a challenge once, and add a passkey once', async () => {
    await stores.visitors.claim('v', 'Masha', 'masha', 0, NOW);
    const passkey = (id: string) => {
      return { id, visitor: 'v', publicKey: '', counter: 0, transports: [], at: NOW };
    };
    const spent = (challenge: string) => ({ challenge, at: NOW, until: NOW + 1 });
    const one = await times(5, (i) => stores.passkeys.addPasskey(passkey(`key ${i}`), spent('same'), 50));
    expect([count(one, 'done'), count(one, 'challenge_spent')]).toEqual([1, 4]);
    const two = await times(5, (i) => stores.passkeys.addPasskey(passkey('key'), spent(`own ${i}`), 50));
    expect([count(two, 'done'), count(two, 'passkey_known')]).toEqual([1, 4]);
  });

  it('use a link as often as it may be used, and leave an audit entry for each use', async () => {
    const invitation = {
      id: 'link',
      role: 'member',
      uses: 3,
      used: 0,
      until: NOW + 1,
      visitor: '',
      at: NOW,
    } as const;
    const audit = { at: NOW, target: 'link' };
    const creation = {
      ...audit,
      visitor: '',
      action: 'invite',
      details: { role: 'member', uses: 3 },
    } as const;
    await stores.invitations.addInvitation(invitation, 'hash', creation, []);
    const outcomes = await times(6, (i) =>
      stores.invitations.redeem(
        'link',
        { ...audit, visitor: `v${i}`, action: 'redeem_invitation', details: { role: 'member' } },
        [[`v${i}`, 'guest']],
      ),
    );
    expect([count(outcomes, 'done'), count(outcomes, 'invitation_used')]).toEqual([3, 3]);
    expect(await stores.moderation.auditLog(Infinity, 100)).toHaveLength(4);
    expect(await stores.moderation.moderatedPeople(NOW)).toHaveLength(3);
  });

  it('create one link for the owner of a new server', async () => {
    const outcomes = await times(4, (i) => {
      const invitation = { id: `${i}`, uses: 1, used: 0, until: NOW + 1, visitor: '', at: NOW };
      const audit = { at: NOW, visitor: '', target: `${i}`, details: { role: 'owner', uses: 1 } } as const;
      return stores.invitations.addOwnersLink(
        { ...invitation, role: 'owner' },
        `hash ${i}`,
        { ...audit, action: 'invite' },
        false,
      );
    });
    expect([count(outcomes, 'done'), count(outcomes, 'link_exists')]).toEqual([1, 3]);
  });

  it('change what roles allow only while they hold', async () => {
    const demote = (by: string, whom: string) =>
      stores.moderation.setRole(
        whom,
        'guest',
        { at: NOW, visitor: by, target: whom, action: 'set_role', details: { role: 'guest' } },
        [[by, 'owner']],
      );
    const audit = { at: NOW, visitor: '', action: 'set_role', details: { role: 'owner' } } as const;
    for (const owner of ['a', 'b'])
      await stores.moderation.setRole(owner, 'owner', { ...audit, target: owner }, []);
    // Two owners take the role from each other: one is left.
    expect((await Promise.all([demote('a', 'b'), demote('b', 'a')])).sort()).toEqual([
      'done',
      'roles_changed',
    ]);
  });

  it('replace the rules of a room that they have seen', async () => {
    const open = { locked: false, slow: 0 };
    const outcomes = await times(4, (i) => {
      const rules = { locked: false, slow: i + 1 };
      const audit = { at: NOW, visitor: 'v', target: 'lobby', action: 'set_room', details: rules } as const;
      return stores.moderation.setRules('lobby', open, rules, audit, []);
    });
    expect([count(outcomes, 'done'), count(outcomes, 'rules_changed')]).toEqual([1, 3]);
  });
});
