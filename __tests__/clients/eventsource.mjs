// Reads a stream with an SSE client for Node, and prints each event as `<type> <data>`.
// Usage: node eventsource.mjs <client> <url>
const [client, url] = process.argv.slice(2);
// Some clients wait to reconnect with an unreferenced timer, which does not keep the process running.
setInterval(() => undefined, 60_000);
const print = (type, data) => console.log(`${type} ${data}`);

if (client === 'eventsource-client') {
  const { createEventSource } = await import('eventsource-client');
  createEventSource({ url, onMessage: ({ event, data }) => print(event, data) });
} else {
  const module = await import(client);
  // Version 2 exports the class itself.
  const EventSource = module.EventSource ?? module.default;
  const source = new EventSource(url);
  for (const type of ['presence', 'new_message'])
    source.addEventListener(type, ({ data }) => print(type, data));
}
