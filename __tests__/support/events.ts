/** A parsed event of an SSE stream. */
export interface SseEvent {
  type: string;
  id: string;
  data: Record<string, unknown>;
}

/** Reads an SSE stream as an EventSource does (WHATWG HTML, section 9.2.6). Comments are events of the type `:`. */
export async function* sseEvents(url: string, init: RequestInit = {}): AsyncGenerator<SseEvent, void, void> {
  const response = await fetch(url, init);
  if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  let text = '';
  let id = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      let type = 'message';
      let data = '';
      for (const line of text.slice(0, end).split('\n')) {
        const [field, value] = line.split(/: ?(.*)/s);
        if (line.startsWith(':')) yield { type: ':', id, data: {} };
        else if (field === 'event') type = value!;
        else if (field === 'id') id = value!;
        else if (field === 'data') data += value;
      }
      if (data) yield { type, id, data: JSON.parse(data) as Record<string, unknown> };
      text = text.slice(end + 2);
    }
  }
}

/** Returns the first `count` items of a stream that match, and closes it. */
export async function take<T>(
  stream: AsyncIterable<T>,
  count: number,
  matches: (item: T) => boolean = () => true,
) {
  const taken: T[] = [];
  if (count > 0) {
    for await (const item of stream) {
      if (matches(item) && taken.push(item) === count) break;
    }
  }
  return taken;
}
