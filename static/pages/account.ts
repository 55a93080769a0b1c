import { find } from '../browser/dom.js';
import { notifyOtherTabs } from '../browser/other-tabs.js';
import { api } from '../connection/api.js';
import { onSubmit, showSecret } from '../panels/forms.js';
import { createPasskey, showPasskeys } from '../panels/passkey.js';
import { enableSignInForm } from '../panels/sign-in.js';

const form = (selector: string) => document.querySelector<HTMLFormElement>(selector);
/** Whether the name is kept already. */
const account = form('#sign-out') !== null;

/** Shows the page as it is from now on, here and in the room. */
function begin(): void {
  notifyOtherTabs();
  location.reload();
}

onSubmit(form('#name-form'), async ({ username }) => {
  await api('/username', 'POST', { username });
  begin();
});

const passwordForm = form('#password-form');
onSubmit(passwordForm, async ({ password, current, others }) => {
  const endOtherSessions = others !== undefined;
  await api('/account/password', 'PUT', { password, ...(current && { current, endOtherSessions }) });
  if (!account) return begin();
  passwordForm!.reset();
  find(passwordForm!, '.outcome').textContent = 'Password saved.';
  if (current && endOtherSessions)
    document.querySelectorAll('[data-session]:not([data-here])').forEach((row) => row.remove());
});

const passkeyForm = form('#keep-passkey');
onSubmit(passkeyForm, async () => {
  await createPasskey();
  if (!account) return begin();
  find(passkeyForm!, '.outcome').textContent = 'Passkey added.';
});

onSubmit(form('#sign-out'), async () => {
  await api('/sessions', 'DELETE');
  begin();
});

onSubmit(form('#token-form'), async ({ label }) => {
  const { token } = await api<{ token: string }>('/account/tokens', 'POST', { label });
  showSecret(token);
});

for (const row of document.querySelectorAll<HTMLElement>('[data-grant], [data-passkey]')) {
  const { grant, passkey } = row.dataset;
  onSubmit(row.querySelector('form'), async () => {
    await api(grant ? `/account/grants/${grant}` : `/account/passkeys/${passkey}`, 'DELETE');
    row.remove();
  });
}

enableSignInForm();
showPasskeys();
