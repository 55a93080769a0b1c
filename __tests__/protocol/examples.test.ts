import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../support/app';
import { startProcess, type ServerProcess } from '../support/process';
import { Queue } from '../support/queue';
import { requireCurl, runShell } from '../support/shell';
import { comparable, examplesIn, Translation, type Example } from '../support/transcript';
import { openPeer, type Peer } from '../support/ws';

const PROTOCOL = readFileSync(join(__dirname, '..', '..', 'PROTOCOL.md'), 'utf8');

/** The commands of a document, run one after the other beside a server that the first of them starts. */
class Run {
  readonly place = scratch();
  private server: ServerProcess | undefined;
  private translation: Translation | undefined;
  private peer: Peer | undefined;
  private readonly frames = new Queue<string>();

  /** Runs an example and returns its output in the document's terms. */
  async output({ kind, input, output }: Example): Promise<string> {
    if (!this.translation) return this.start(input, output);
    const sent = this.translation.input(input);
    const real = await (kind === 'frame' ? this.exchange(sent, output) : this.command(sent, output));
    return this.translation.output(real, output);
  }

  /** The server with the settings of the command, with a database of its own and on a free port. */
  private async start(command: string, output: string): Promise<string> {
    const [, settings] = /^((?:[A-Z_]+=\S+ )*)npm start$/.exec(command) ?? [];
    if (settings === undefined) throw new Error(`The first command does not start the server: ${command}`);
    const env: Record<string, string> = {};
    for (const [, name, value] of settings.matchAll(/(\S+)=(\S+)/g)) env[name!] = value!;
    const database = join(this.place.folder, 'parley.db');
    this.server = await startProcess({ LIMITS: 'on', ...env, DATABASE: database });
    const wanted = output.split('\n').length;
    while (this.server.lines.length < wanted) await once(this.server.child.stdout!, 'data');
    this.translation = new Translation('http://localhost:3000', this.server.url);
    return this.translation.output(this.server.lines.join('\n'), output);
  }

  private async command(command: string, documented: string): Promise<string> {
    // A stream is read for as long as the document shows it, however much time that takes.
    const time = / -m \d+/;
    if (!time.test(command)) return runShell(command, this.place.folder);
    const length = documented.split('\n').length;
    const linesOf = (output: string) => settled(output, documented).split('\n');
    const enough = (output: string) => linesOf(output).length > length;
    const output = await runShell(command.replace(time, ''), this.place.folder, enough);
    return linesOf(output).slice(0, length).join('\n');
  }

  /** Sends a frame and returns as many as the document shows. A presence may come at any time. */
  private async exchange(frame: string, documented: string): Promise<string> {
    const count = documented.split('\n').length;
    this.peer ??= await openPeer(this.server!.url, '/ws', 'json', (heard) => {
      if (heard.type !== 'presence') this.frames.push(`< ${JSON.stringify(heard)}`);
    });
    if (frame) this.peer.send(frame);
    const answers: string[] = [];
    while (answers.length < count) answers.push(await this.frames.next());
    return answers.join('\n');
  }

  async close(): Promise<void> {
    this.peer?.socket.terminate();
    await this.server?.end('SIGTERM');
    this.place.remove();
  }
}

/** An event stream with no more keep-alives than the document shows, at its end: they may come at any time. */
function settled(stream: string, documented: string): string {
  const keepAlive = /^:\n\n/gm;
  const shown = documented.match(/^:$/gm)?.length ?? 0;
  return stream.replace(keepAlive, '') + (stream.match(keepAlive) ?? []).slice(0, shown).join('');
}

describe('the examples in PROTOCOL.md', () => {
  let run: Run;
  beforeAll(requireCurl);
  beforeEach(() => (run = new Run()));
  afterEach(() => run.close());

  it('are what a fresh server answers, from the first to the last', async () => {
    const examples = examplesIn(PROTOCOL);
    const outputs: string[] = [];
    for (const example of examples) outputs.push(`$ ${example.input}\n${await run.output(example)}`);
    expect(outputs).toEqual(examples.map(({ input, output }) => `$ ${input}\n${comparable(output)}`));
  });
});
