/** The ways to the room, the best first, by the names they go by in the page's address: `?transport=sse`. */
export const transports = ['websocket', 'polling', 'sse', 'subscribe', 'poll'] as const;

export type Transport = (typeof transports)[number];

/** What people call them. */
export const transportNames: Record<Transport, string> = {
  websocket: 'WebSocket',
  polling: 'Socket.IO polling',
  sse: 'SSE',
  subscribe: 'long polling',
  poll: 'polling',
};

/** The one way that the page's address asks for; none is as good as another. */
export function chosenTransport(): Transport | undefined {
  const asked = new URLSearchParams(location.search).get('transport');
  return transports.find((way) => way === asked);
}

/** Writes the choice into the page's address, so that it outlives a reload. */
export function rememberTransport(way: Transport | undefined): void {
  const address = new URL(location.href);
  if (way) address.searchParams.set('transport', way);
  else address.searchParams.delete('transport');
  history.replaceState(history.state, '', address);
}
