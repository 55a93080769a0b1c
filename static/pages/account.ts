import { find } from '../browser/dom.js';
import { notifyOtherTabs } from '../browser/other-tabs.js';
import { api } from '../connection/api.js';
import { onSubmit, showSecret } from '../panels/forms.js';
import { createPasskey, showPasskeys } from '../panels/passkey.js';
import { enableSignInForm } from '../panels/sign-in.js';
import { words } from 'shared/words';

const form = (selector: string) => document.querySelector<HTMLFormElement>(selector);
const hasAccount = form('#sign-out') !== null;

/** Shows the new state of the account, here and in the other tabs. */
function reload(): void {
  notifyOtherTabs();
  location.reload();
}

onSubmit(form('#name-form'), async ({ username }) => {
  await api('/username', 'POST', { username });
  reload();
});

const passwordForm = form('#password-form');
onSubmit(passwordForm, async ({ password, current, others }) => {
  const endOtherSessions = others !== undefined;
  await api('/account/password', 'PUT', { password, ...(current && { current, endOtherSessions }) });
  if (!hasAccount) return reload();
  passwordForm!.reset();
  find(passwordForm!, '.outcome').textContent = words.passwordSaved;
  if (current && endOtherSessions)
    document.querySelectorAll('[data-session]:not([data-here])').forEach((row) => row.remove());
});

const passkeyForm = form('#passkey-form');
onSubmit(passkeyForm, async () => {
  await createPasskey();
  if (!hasAccount) return reload();
  find(passkeyForm!, '.outcome').textContent = words.passkeyAdded;
});

onSubmit(form('#sign-out'), async () => {
  await api('/sessions', 'DELETE');
  reload();
});

onSubmit(form('#token-form'), async ({ label }) => {
  const { token } = await api<{ token: string }>('/account/tokens', 'POST', { label });
  showSecret(token);
});

for (const row of document.querySelectorAll<HTMLElement>('[data-credential], [data-passkey]')) {
  const { credential, passkey } = row.dataset;
  onSubmit(row.querySelector('form'), async () => {
    await api(credential ? `/account/grants/${credential}` : `/account/passkeys/${passkey}`, 'DELETE');
    row.remove();
  });
}

enableSignInForm();
showPasskeys();
