import { find } from '../browser/dom.js';
import { errorText } from '../connection/api.js';

/** Does what a form is for, once at a time, and says in it what went wrong. */
export async function runOnce(form: HTMLElement, work: () => Promise<void>): Promise<void> {
  const buttons = [...form.querySelectorAll('button')];
  // A second sending would do it twice.
  if (buttons.some(({ disabled }) => disabled)) return;
  const [error, outcome] = [find(form, '.error'), form.querySelector('.outcome')];
  error.textContent = '';
  if (outcome) outcome.textContent = '';
  buttons.forEach((button) => (button.disabled = true));
  await work().catch((failure: unknown) => (error.textContent = errorText(failure)));
  buttons.forEach((button) => (button.disabled = false));
}

/** The same when the form is sent; `work` is given what is written in it. */
export function onSubmit(
  form: HTMLFormElement | null,
  work: (fields: Record<string, string>) => Promise<void>,
): void {
  if (!form) return;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form)) as Record<string, string>;
    void runOnce(form, () => work(fields));
  });
  // Sent before its script is here, a form would write a password into the page's address.
  for (const button of form.querySelectorAll('button')) button.disabled = false;
}

/** Shows a secret, which the server tells this once; the page begins anew when it was taken note of. */
export function showSecret(secret: string): void {
  const box = find(document, '#secret');
  const text = find<HTMLInputElement>(box, 'input');
  text.value = secret;
  box.hidden = false;
  text.select();
  find(box, '.copy').addEventListener('click', () => {
    const outcome = find(box, '.outcome');
    text.select();
    // On a plain http:// address in a local network there is no clipboard: there it is selected, at least.
    Promise.resolve(navigator.clipboard?.writeText(secret) ?? Promise.reject(new Error())).then(
      () => (outcome.textContent = 'Copied.'),
      () => (outcome.textContent = 'Selected. Copy it with the keyboard.'),
    );
  });
  find(box, '.done').addEventListener('click', () => location.reload());
}

/** Writes the times of the page by the reader's clock. */
export function localizeTimes(): void {
  for (const time of document.querySelectorAll('time')) {
    time.textContent = new Date(time.dateTime).toLocaleString(undefined, {
      dateStyle: 'medium',
      timeStyle: 'short',
    });
  }
}
