/** Where the pages of one browser tell each other that its person is somebody else from now on. */
const CHANNEL = 'parley:account';

/** Tells the other pages that one has signed in, signed out, or kept a name. */
export function notifyOtherTabs(): void {
  if (typeof BroadcastChannel === 'function') new BroadcastChannel(CHANNEL).postMessage('changed');
}

/** Begins anew when another page tells so: what is being written, and what is not sent yet, outlives that. */
export function reloadOnAccountChange(): void {
  if (typeof BroadcastChannel === 'function')
    new BroadcastChannel(CHANNEL).onmessage = () => location.reload();
}
