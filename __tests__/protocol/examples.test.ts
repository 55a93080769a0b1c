import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTemporaryFolder } from '../support/temporary-folder';
import { type ServerProcess, startProcess } from '../support/process';
import { Queue } from '../support/queue';
import { requireCurl, runShell } from '../support/shell';
import { type Example, normalize, parseExamples, Translation } from '../support/transcript';
import { openPeer, type Peer } from '../support/ws';

const PROTOCOL = readFileSync(join(__dirname, '..', '..', 'PROTOCOL.md'), 'utf8');

/** Runs the examples of a document in order, against a server that the first of them starts. */
class Session {
  private readonly temporary = createTemporaryFolder();
  private server: ServerProcess | undefined;
  private translation: Translation | undefined;
  private peer: Peer | undefined;
  private readonly frames = new Queue<string>();

  /** Runs an example. @returns its output, with the document's URL, ids and secrets. */
  async run({ kind, input, output }: Example): Promise<string> {
    if (!this.translation) return this.start(input, output);
    const translated = this.translation.input(input);
    const actual = await (kind === 'frame'
      ? this.exchange(translated, output)
      : this.execute(translated, output));
    return this.translation.output(actual, output);
  }

  /** Starts the server with the settings of the command, a new database and a free port. */
  private async start(command: string, output: string): Promise<string> {
    const [, settings] = /^((?:[A-Z_]+=\S+ )*)npm start$/.exec(command) ?? [];
    if (settings === undefined) throw new Error(`The first command does not start the server: ${command}`);
    const env: Record<string, string> = {};
    for (const [, name, value] of settings.matchAll(/(\S+)=(\S+)/g)) env[name!] = value!;
    const database = join(this.temporary.path, 'parley.db');
    this.server = await startProcess({ LIMITS: 'on', ...env, DATABASE: database });
    const lineCount = output.split('\n').length;
    while (this.server.lines.length < lineCount) await once(this.server.child.stdout!, 'data');
    this.translation = new Translation('http://localhost:3000', this.server.url);
    return this.translation.output(this.server.lines.join('\n'), output);
  }

  private async execute(command: string, documented: string): Promise<string> {
    // `-m` ends a stream after a time; read as many lines as the document shows instead, however long that takes.
    const timeLimit = / -m \d+/;
    if (!timeLimit.test(command)) return runShell(command, this.temporary.path);
    const length = documented.split('\n').length;
    const linesOf = (output: string) => withoutExtraHeartbeats(output, documented).split('\n');
    const isEnough = (output: string) => linesOf(output).length > length;
    const output = await runShell(command.replace(timeLimit, ''), this.temporary.path, isEnough);
    return linesOf(output).slice(0, length).join('\n');
  }

  /** Sends a frame. @returns as many frames as the document shows, without presence events, which may arrive at any time. */
  private async exchange(input: string, documented: string): Promise<string> {
    const count = documented.split('\n').length;
    this.peer ??= await openPeer(this.server!.url, '/ws', 'json', (frame) => {
      if (frame.type !== 'presence') this.frames.push(`< ${JSON.stringify(frame)}`);
    });
    if (input) this.peer.send(input);
    const answers: string[] = [];
    while (answers.length < count) answers.push(await this.frames.next());
    return answers.join('\n');
  }

  async close(): Promise<void> {
    this.peer?.socket.terminate();
    await this.server?.end('SIGTERM');
    this.temporary.remove();
  }
}

/** Removes heartbeats, which may arrive at any time, and appends as many as the document shows. */
function withoutExtraHeartbeats(stream: string, documented: string): string {
  const heartbeat = /^:\n\n/gm;
  const shown = documented.match(/^:$/gm)?.length ?? 0;
  return stream.replace(heartbeat, '') + (stream.match(heartbeat) ?? []).slice(0, shown).join('');
}

describe('the examples in PROTOCOL.md', () => {
  let session: Session;
  beforeAll(requireCurl);
  beforeEach(() => (session = new Session()));
  afterEach(() => session.close());

  it('have the documented output when they run in order against a new server', async () => {
    const examples = parseExamples(PROTOCOL);
    const outputs: string[] = [];
    for (const example of examples) outputs.push(`$ ${example.input}\n${await session.run(example)}`);
    expect(outputs).toEqual(examples.map(({ input, output }) => `$ ${input}\n${normalize(output)}`));
  });
});
