/** The channel on which the pages of a browser announce that its visitor has changed. */
const CHANNEL = 'parley:account';

/** Tells the other tabs that this one has signed in or out, or created an account. */
export function notifyOtherTabs(): void {
  if (typeof BroadcastChannel === 'function') new BroadcastChannel(CHANNEL).postMessage('changed');
}

/** Reloads when another tab has signed in or out; the text in the box and the drafts survive that. */
export function reloadOnAccountChange(): void {
  if (typeof BroadcastChannel === 'function')
    new BroadcastChannel(CHANNEL).onmessage = () => location.reload();
}
