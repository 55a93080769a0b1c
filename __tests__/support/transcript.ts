/** A command or a WebSocket frame in a document, with its answer. */
export interface Example {
  kind: 'command' | 'frame';
  /** Empty for a frame that the server sends first. */
  input: string;
  /** Without trailing line breaks. */
  output: string;
}

/** Returns the examples of a Markdown document in order: after `$` in `console` blocks, and `>` in `text` blocks. */
export function parseExamples(markdown: string): Example[] {
  return [...markdown.matchAll(/^```(console|text)\n([^]*?)^```$/gm)].flatMap(([, language, block]) => {
    const kind = language === 'console' ? 'command' : 'frame';
    const [before, ...parts] = block!.split(kind === 'command' ? /^\$ /m : /^> /m);
    const examples = parts.map((part) => {
      const [input, ...lines] = part.split('\n');
      return { kind, input: input!, output: lines.join('\n').trimEnd() } as const;
    });
    return before ? [{ kind, input: '', output: before.trimEnd() } as const, ...examples] : examples;
  });
}

/** Generated values that recur within a run: ids, secrets, and the epoch and the hash of a cursor. */
const REPEATED = new RegExp(
  [
    '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
    '(?<="(?:visitor|id|target|creator|inviter)":")[\\w-]{12}(?=")',
    '\\bp-[a-z2-7]{26}\\b',
    '(?<="token":"|/invite#)[\\w-]{43}',
    '(?<="(?:cursor|earliest)":"|id: )[0-9a-z]+(?=:\\d)',
    '(?<=[0-9a-z]:\\d+:)[0-9a-f]{12}\\b',
    '(?<=parley_)[0-9a-f]{8}(?==)',
    '(?<=parley_[0-9a-f]{8}=)[\\w-]{12}(?=\\.)',
  ].join('|'),
  'g',
);

/** Values that differ between runs and do not recur: times, waits, versions, paths and signatures. */
const VOLATILE = new RegExp(
  [
    '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z',
    '(?<=retry: |Retry-After: |Try again in |"retryAfter":)\\d+',
    '(?<="curl/)[\\w.-]+(?=")',
    '(?<=Its database is ).+',
    '(?<=\\.)[\\w%]+(?=; Max-Age)',
  ].join('|'),
  'g',
);

/**
 * Translates between a document and a run of its examples. Where the document first shows an id, it is mapped to the id at
 * the same position of the run's answer; from then on, each is replaced by the other.
 */
export class Translation {
  private readonly toRun = new Map<string, string>();
  private readonly toDocument = new Map<string, string>();
  private sent = '';

  /** @param documented the server's origin in the document. @param origin the server's origin in the run. */
  constructor(
    private readonly documented: string,
    private readonly origin: string,
  ) {}

  /** Returns a documented input with the ids and the origin of the run. */
  input(text: string): string {
    this.sent += text;
    let input = text.replaceAll(this.documented, this.origin);
    for (const [name, real] of this.toRun) input = input.replaceAll(name, real);
    return input;
  }

  /** Returns an output of the run in the document's terms, so that it equals `comparable(documented)` if it should. */
  output(real: string, documented: string): string {
    const names = documented.match(REPEATED) ?? [];
    let index = 0;
    const text = real
      .replaceAll(this.origin, this.documented)
      .replace(REPEATED, (name) => this.translate(name, names[index++]));
    return normalize(text.trimEnd());
  }

  private translate(real: string, name: string | undefined): string {
    const known = this.toDocument.get(real);
    if (known !== undefined) return known;
    // An id that the client chose is the same in both.
    if (name === undefined || this.toRun.has(name) || this.sent.includes(name)) return real;
    this.toRun.set(name, real);
    this.toDocument.set(real, name);
    return name;
  }
}

/** Returns a text with LF line breaks and without volatile values. */
export function normalize(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(VOLATILE, '…');
}
