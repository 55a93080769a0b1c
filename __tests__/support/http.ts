import type { MessagePage, NewMessage } from '../../server/wire';

/** Sends a body as JSON, or a string as it is. The response has to be JSON. */
export async function postJson<T = Record<string, unknown>>(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: T }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as T };
}

/** Sends a message, and expects it to be accepted. */
export async function sendMessage(url: string, message: string, more: object = {}): Promise<NewMessage> {
  const { status, body } = await postJson<NewMessage>(`${url}/messages`, { message, ...more });
  if (status >= 300) throw new Error(`POST /messages: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Opens an Engine.IO session over polling. Returns the path of its requests. */
export async function openPollingSession(url: string, headers: Record<string, string> = {}): Promise<string> {
  const path = '/socket.io/?EIO=4&transport=polling';
  const text = await (await fetch(url + path, { headers })).text();
  // The first packet is `0` and JSON.
  const { sid } = JSON.parse(text.slice(1)) as { sid: string };
  return `${path}&sid=${sid}`;
}

/** Reads one page of `GET /messages`. */
export async function readPage(url: string, query: Record<string, string> = {}): Promise<MessagePage> {
  const response = await fetch(`${url}/messages?${new URLSearchParams(query)}`);
  if (response.status >= 500) throw new Error(`GET /messages: ${response.status}`);
  return (await response.json()) as MessagePage;
}

/** Reads all messages of a room, page by page. The room may contain no other entries, such as deletions. */
export async function readAll(url: string, room = 'lobby'): Promise<NewMessage[]> {
  const all: NewMessage[] = [];
  for (let after = 'earliest'; ;) {
    const { messages, cursor } = await readPage(url, { room, after, limit: '500' });
    if (messages.length === 0) return all;
    all.push(...(messages as NewMessage[]));
    after = cursor;
  }
}
