import type { Role } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { api, errorText } from '../connection/api.js';

const DESCRIPTIONS: Record<Exclude<Role, 'guest'>, string> = {
  member: 'Join this chat.',
  moderator: 'Join this chat as a moderator.',
  owner: 'Join this chat as its owner. You decide who can join and what they can do.',
};

const form = find(document, '#invite');

/** Shows the role that the invitation gives. The secret is the fragment of the link, which browsers don't send. */
async function preview(secret: string): Promise<void> {
  if (!secret) return;
  find<HTMLInputElement>(form, '#secret').value = secret;
  find(form, '.pasted').hidden = true;
  try {
    const { role } = await api<{ role: keyof typeof DESCRIPTIONS }>('/invite/preview', 'POST', { secret });
    find(document, '#description').textContent = DESCRIPTIONS[role];
  } catch (error) {
    find(document, 'h1').textContent = errorText(error);
    for (const element of [find(document, '#description'), form, find(document, '#sign-in-hint')])
      element.hidden = true;
    find(document, '#chat-link').hidden = false;
  }
}

// Opening another invitation link on this page changes only the fragment.
addEventListener('hashchange', () => location.reload());
void preview(location.hash.slice(1));
