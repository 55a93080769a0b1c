/** Shows the state of one's own messages only under the last one that it holds for. */
export function updateDeliveryStatus(list: HTMLElement): void {
  let newest = true;
  for (const element of [...list.querySelectorAll<HTMLElement>('.mine')].reverse()) {
    const more = element.nextElementSibling?.matches('.mine[data-state=sending]');
    // As in views/chat.ejs.
    const holds = element.dataset.state === 'sending' ? !more : newest;
    element.classList.toggle('superseded', !holds);
    newest = false;
  }
}
