import type { Outbox } from './outbox.js';

/**
 * Makes the buttons under refused messages work: retry and discard.
 * @param remove takes a discarded message off the page.
 * @param onDone is called after either.
 */
export function handleFailedMessages(
  list: HTMLElement,
  outbox: Outbox,
  remove: (id: string) => void,
  onDone: () => void,
): void {
  list.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    const id = target.closest<HTMLElement>('.message')?.dataset.id ?? '';
    if (target.closest('.retry')) outbox.retry(id);
    if (target.closest('.discard')) {
      // It disappears only when it is deleted, so that a reload does not bring it back.
      void outbox.remove(id).then(() => remove(id));
    }
    if (target.closest('.failure')) onDone();
  });
}
