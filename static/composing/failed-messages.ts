import type { Outbox } from './outbox.js';

/** Lets the person decide on messages that the server refused: to send them again, or to give them up. */
export function handleFailedMessages(
  list: HTMLElement,
  outbox: Outbox,
  remove: (id: string) => void,
  decided: () => void,
): void {
  list.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    const id = target.closest<HTMLElement>('.message')?.dataset.id ?? '';
    if (target.closest('.retry')) outbox.retry(id);
    if (target.closest('.discard')) {
      // Gone from sight when it is gone for good: a reload does not bring it back.
      void outbox.remove(id).then(() => remove(id));
    }
    if (target.closest('.failure')) decided();
  });
}
