import { find } from '../browser/dom.js';
import { notifyOtherTabs } from '../browser/other-tabs.js';
import { api } from '../connection/api.js';
import { runOnce, onSubmit } from './forms.js';
import { signInWithPasskey } from './passkey.js';

/** Makes the form work that signs in; the page begins anew when that is done. */
export function enableSignInForm(): void {
  const form = document.querySelector<HTMLFormElement>('#sign-in');
  if (!form) return;
  onSubmit(form, async ({ username, password }) => {
    await api('/sessions', 'POST', { username, password });
    begin();
  });
  find(form, '.passkey').addEventListener('click', () => {
    void runOnce(form, async () => {
      await signInWithPasskey();
      begin();
    });
  });
}

function begin(): void {
  notifyOtherTabs();
  // Not a reload, which would send a form again that was answered with this page.
  location.replace(location.href);
}
