import { find } from '../browser/dom.js';
import { api, errorText } from '../connection/api.js';
import { words } from 'shared/words';

const form = find(document, '#invite');

/** Shows the role that the invitation gives. The secret is the fragment of the link, which browsers don't send. */
async function preview(secret: string): Promise<void> {
  if (!secret) return;
  find<HTMLInputElement>(form, '#secret').value = secret;
  find(form, '.pasted').hidden = true;
  try {
    const { role } = await api<{ role: keyof typeof words.joinAs }>('/invite/preview', 'POST', { secret });
    find(document, '#description').textContent = words.joinAs[role];
  } catch (error) {
    find(document, 'h1').textContent = errorText(error);
    for (const element of [find(document, '#description'), form, find(document, '#sign-in-hint')])
      element.hidden = true;
    find(document, '#chat-link').hidden = false;
  }
}

// A browser that is redirected keeps the fragment of the address that it requested, and so the secret.
find<HTMLFormElement>(document, '.languages').action = `/language${location.hash}`;
// Opening another invitation link on this page changes only the fragment.
addEventListener('hashchange', () => location.reload());
void preview(location.hash.slice(1));
