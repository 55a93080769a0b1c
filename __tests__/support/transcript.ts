/** A command, or a frame sent over a WebSocket, as a document shows it with its answer. */
export interface Example {
  kind: 'command' | 'frame';
  /** Empty where the answer comes without one, such as the first frame. */
  input: string;
  /** Without line ends at its end. */
  output: string;
}

/** Returns the examples of a Markdown document in order: `$` in blocks of `console`, `>` and `<` in blocks of `text`. */
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

/** What a server makes up, and repeats: ids, secrets and the epoch of its history. */
const REPEATED = new RegExp(
  [
    '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
    '(?<="(?:visitor|id|target)":")[\\w-]{12}(?=")',
    '(?<="token":"|/invite#)[\\w-]{43}',
    '(?<="(?:cursor|earliest)":"|id: )[0-9a-z]+(?=:\\d)',
    '(?<=parley_)[0-9a-f]{8}(?==)',
    '(?<=parley_[0-9a-f]{8}=)[\\w-]{12}(?=\\.)',
  ].join('|'),
  'g',
);

/** What differs from run to run and is not repeated: times, waits, versions, paths and signatures. */
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
 * Translates between a document and a run of its examples. The first time that the document shows an id, it comes to
 * stand for the one in the run's answer at the same place; from then on, each is the other everywhere.
 */
export class Translation {
  private readonly toRun = new Map<string, string>();
  private readonly toDocument = new Map<string, string>();
  private sent = '';

  /** @param origin the server's address in the run, in place of the document's. */
  constructor(
    private readonly documented: string,
    private readonly origin: string,
  ) {}

  /** Returns an input of the document as it is to be run. */
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
    // What the reader chose is the same in both.
    if (name === undefined || this.toRun.has(name) || this.sent.includes(name)) return real;
    this.toRun.set(name, real);
    this.toDocument.set(real, name);
    return name;
  }
}

/** Returns a text as a terminal shows it, without what differs from run to run. */
export function normalize(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(VOLATILE, '…');
}
