import { describeAction } from '../../../server/chat/describe-action';
import type { AuditedAction } from '../../../server/log/audited-action';
import { inLanguage } from '../../../server/words/sentence';

const nameOf = (visitor: string): string => ({ v: 'Masha' })[visitor] ?? 'nobody';

it.each<[AuditedAction, string]>([
  [
    { action: 'delete_message', target: 'm', details: { room: 'lobby', username: 'Olga' } },
    'deleted a message (#lobby, Olga)',
  ],
  [{ action: 'mute', target: 'v', details: { minutes: 10 } }, 'muted Masha for 10 minutes'],
  [{ action: 'mute', target: 'v', details: { minutes: 60 } }, 'muted Masha for 1 hour'],
  [{ action: 'mute', target: 'v', details: {} }, 'muted Masha permanently'],
  [{ action: 'unmute', target: 'v', details: {} }, 'unmuted Masha'],
  [{ action: 'ban', target: 'v', details: { minutes: 2_880, addresses: [] } }, 'banned Masha for 2 days'],
  [
    { action: 'ban', target: 'v', details: { addresses: ['192.0.2.1', '192.0.2.2'] } },
    'banned Masha permanently, and 192.0.2.1, 192.0.2.2',
  ],
  [{ action: 'unban', target: 'v', details: {} }, 'unbanned Masha'],
  [{ action: 'set_role', target: 'v', details: { role: 'owner' } }, 'made Masha an owner'],
  [
    { action: 'set_room', target: 'news', details: { locked: true, slow: 30 } },
    'changed #news: locked, one message every 30 s',
  ],
  [
    { action: 'set_room', target: 'news', details: { locked: false, slow: 0 } },
    'changed #news: open, no slow mode',
  ],
  [
    { action: 'edit_room', target: 'news', details: { title: 'News', topic: 'Of all', archived: true } },
    'edited #news, titled “News”, about “Of all”, archived',
  ],
  [
    { action: 'edit_room', target: 'news', details: { title: '', topic: '', archived: false } },
    'edited #news, in use',
  ],
  [
    { action: 'invite', target: 'i', details: { role: 'member', uses: 5 } },
    'created an invitation link for 5 members',
  ],
  [
    { action: 'invite', target: 'i', details: { role: 'moderator', uses: 1 } },
    'created an invitation link for a moderator',
  ],
  [{ action: 'revoke_invitation', target: 'i', details: {} }, 'revoked an invitation link'],
  [
    { action: 'redeem_invitation', target: 'i', details: { role: 'member' } },
    'joined through an invitation link, as a member',
  ],
])('an audit entry is put into words: %j', (entry, words) => {
  expect(inLanguage(describeAction(entry, nameOf), 'en')).toBe(words);
});

it('an action of a newer version is described by its name', () => {
  const entry = { action: 'pin_message', target: 'm', details: {} } as unknown as AuditedAction;
  expect(inLanguage(describeAction(entry, nameOf), 'en')).toBe(
    'performed an action that this version of Parley does not know (pin_message)',
  );
});
