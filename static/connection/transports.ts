/**
 * The transports, the best first, by their names in the page's address (`?transport=sse`), which people may have
 * bookmarked: `websocket` and `polling` are the two of Socket.IO.
 */
export const transports = ['websocket', 'polling', 'sse', 'subscribe', 'poll'] as const;

export type Transport = (typeof transports)[number];

/** Returns the transport that the page's address selects; `undefined` for an automatic choice. */
export function chosenTransport(): Transport | undefined {
  const chosen = new URLSearchParams(location.search).get('transport');
  return transports.find((transport) => transport === chosen);
}

/** Writes the choice into the page's address, so that it survives a reload. */
export function rememberTransport(transport: Transport | undefined): void {
  const address = new URL(location.href);
  if (transport) address.searchParams.set('transport', transport);
  else address.searchParams.delete('transport');
  history.replaceState(history.state, '', address);
}
