import type { Role } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { api, errorText } from '../connection/api.js';

/** The page that an invitation link opens. The secret is the link's fragment: only this page ever sees it there. */
const WORDS: Record<Exclude<Role, 'guest'>, string> = {
  member: 'Join this chat.',
  moderator: 'Join this chat as a moderator.',
  owner: 'Join this chat as its owner. You decide who can join and what they can do.',
};

const form = find(document, '#invite');

async function preview(secret: string): Promise<void> {
  if (!secret) return;
  find<HTMLInputElement>(form, '#secret').value = secret;
  find(form, '.pasted').hidden = true;
  try {
    const { role } = await api<{ role: keyof typeof WORDS }>('/invite/preview', 'POST', { secret });
    find(document, '#what').textContent = WORDS[role];
  } catch (error) {
    find(document, 'h1').textContent = errorText(error);
    for (const element of [find(document, '#what'), form, find(document, '#known')]) element.hidden = true;
    find(document, '#elsewhere').hidden = false;
  }
}

// Another link that is opened here changes the fragment, and loads nothing.
addEventListener('hashchange', () => location.reload());
void preview(location.hash.slice(1));
