import { find } from '../browser/dom.js';
import { locale } from '../browser/locale.js';
import { errorText } from '../connection/api.js';
import { words } from 'shared/words';

/** Runs the work of a form, unless it is running already, and shows its error in the form. */
export async function runOnce(form: HTMLElement, work: () => Promise<void>): Promise<void> {
  const buttons = [...form.querySelectorAll('button')];
  if (buttons.some(({ disabled }) => disabled)) return;
  const [error, outcome] = [find(form, '.error'), form.querySelector('.outcome')];
  error.textContent = '';
  if (outcome) outcome.textContent = '';
  buttons.forEach((button) => (button.disabled = true));
  await work().catch((failure: unknown) => (error.textContent = errorText(failure)));
  buttons.forEach((button) => (button.disabled = false));
}

/** Runs `work` with the fields of a form whenever it is submitted, and enables its buttons. */
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
  // Rendered disabled: submitted without its script, a form would write a password into the address.
  for (const button of form.querySelectorAll('button')) button.disabled = false;
}

/** Shows a secret that the server reveals only once; the page reloads when the person is done with it. */
export function showSecret(secret: string): void {
  const box = find(document, '#secret');
  const input = find<HTMLInputElement>(box, 'input');
  input.value = secret;
  box.hidden = false;
  input.select();
  find(box, '.copy').addEventListener('click', () => {
    const outcome = find(box, '.outcome');
    input.select();
    // There is no clipboard on plain HTTP, which is no secure context.
    Promise.resolve(navigator.clipboard?.writeText(secret) ?? Promise.reject(new Error())).then(
      () => (outcome.textContent = words.copied),
      () => (outcome.textContent = words.selected),
    );
  });
  find(box, '.done').addEventListener('click', () => location.reload());
}

/** Shows the times of the page in the reader's time zone and locale. */
export function localizeTimes(): void {
  for (const time of document.querySelectorAll('time')) {
    time.textContent = new Date(time.dateTime).toLocaleString(locale, {
      dateStyle: 'medium',
      timeStyle: 'short',
    });
  }
}
