import { PAYLOAD_BYTES_MAX } from './bus';

/** The most characters of a field from another node. */
const TEXT_MAX = 200;

/** Joins lines to payloads of as many as fit. @param head the first line of each. */
export function* payloadsOf(lines: Iterable<string>, head?: string): Iterable<string> {
  const start = head === undefined ? [] : [head];
  const startBytes = Buffer.byteLength(start.join()) + start.length;
  let payload = [...start];
  let bytes = startBytes;
  for (const line of lines) {
    const length = Buffer.byteLength(line) + 1;
    if (bytes + length > PAYLOAD_BYTES_MAX) {
      yield payload.join('\n');
      payload = [...start];
      bytes = startBytes;
    }
    payload.push(line);
    bytes += length;
  }
  if (payload.length > start.length) yield payload.join('\n');
}

/** Returns the lines of a payload from another node, each a list of texts; one that is not as expected is left out. */
export function linesOf(payload: string): string[][] {
  if (Buffer.byteLength(payload) >= PAYLOAD_BYTES_MAX) return [];
  return payload.split('\n').flatMap((line) => {
    try {
      const fields = JSON.parse(line) as unknown;
      const isExpected =
        Array.isArray(fields) &&
        fields.every((field) => typeof field === 'string' && field.length <= TEXT_MAX);
      return isExpected ? [fields as string[]] : [];
    } catch {
      return [];
    }
  });
}
