import type { MessagePage, NewMessage } from '../../server/wire';

/** Sends JSON. Returns the status, the headers and the parsed body of the response. */
export async function postJson<T = Record<string, unknown>>(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: T }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T };
}

/** Sends a message, and expects it to be accepted. */
export async function sendMessage(url: string, message: string, more: object = {}): Promise<NewMessage> {
  const { status, body } = await postJson<NewMessage>(`${url}/messages`, { message, ...more });
  if (status >= 300) throw new Error(`POST /messages: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Reads one page of `GET /messages`. */
export async function readPage(url: string, query: Record<string, string> = {}): Promise<MessagePage> {
  const answer = await fetch(`${url}/messages?${new URLSearchParams(query)}`);
  if (answer.status >= 500) throw new Error(`GET /messages: ${answer.status}`);
  return (await answer.json()) as MessagePage;
}

/** Reads all messages of a room, page by page. Nothing may have been deleted in it. */
export async function readAll(url: string, room = 'lobby'): Promise<NewMessage[]> {
  const all: NewMessage[] = [];
  for (let after = 'earliest'; ;) {
    const { messages, cursor } = await readPage(url, { room, after, limit: '500' });
    if (messages.length === 0) return all;
    all.push(...(messages as NewMessage[]));
    after = cursor;
  }
}
