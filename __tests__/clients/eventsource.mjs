// Reads a stream with one of the clients that people use in Node, and prints what it is told: `<type> <data>`.
// Usage: node eventsource.mjs <client> <url>
const [client, url] = process.argv.slice(2);
// Some wait to reconnect with a timer that does not keep a process running.
setInterval(() => undefined, 60_000);
const heard = (type, data) => console.log(`${type} ${data}`);

if (client === 'eventsource-client') {
  const { createEventSource } = await import('eventsource-client');
  createEventSource({ url, onMessage: ({ event, data }) => heard(event, data) });
} else {
  const module = await import(client);
  // Version 2 exports the class alone.
  const EventSource = module.EventSource ?? module.default;
  const source = new EventSource(url);
  for (const type of ['presence', 'new_message'])
    source.addEventListener(type, ({ data }) => heard(type, data));
}
