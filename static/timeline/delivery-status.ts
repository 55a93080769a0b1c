/**
 * Shows a delivery status only under the last of the reader's own messages that have it: the others get the class
 * `superseded`, as in views/chat.ejs.
 */
export function updateDeliveryStatus(list: HTMLElement): void {
  let isNewest = true;
  for (const element of [...list.querySelectorAll<HTMLElement>('.mine')].reverse()) {
    const isSending = element.dataset.state === 'sending';
    const nextIsSending = element.nextElementSibling?.matches('.mine[data-state=sending]');
    element.classList.toggle('superseded', isSending ? Boolean(nextIsSending) : !isNewest);
    isNewest = false;
  }
}
