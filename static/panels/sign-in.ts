import { find } from '../browser/dom.js';
import { notifyOtherTabs } from '../browser/other-tabs.js';
import { api } from '../connection/api.js';
import { runOnce, onSubmit } from './forms.js';
import { signInWithPasskey } from './passkey.js';

/** Enables the sign-in form, if the page has one. It reloads the page after signing in. */
export function enableSignInForm(): void {
  const form = document.querySelector<HTMLFormElement>('#sign-in');
  if (!form) return;
  onSubmit(form, async ({ username, password }) => {
    await api('/sessions', 'POST', { username, password });
    reload();
  });
  find(form, '.passkey').addEventListener('click', () => {
    void runOnce(form, async () => {
      await signInWithPasskey();
      reload();
    });
  });
}

function reload(): void {
  notifyOtherTabs();
  // Instead of location.reload(), which would repeat a POST that was answered with this page.
  location.replace(location.href);
}
