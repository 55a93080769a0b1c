import fc from 'fast-check';
import { memoryOf } from '../../__tests__/support/memory';
import type { ServerProcess } from '../../__tests__/support/process';
import { attack, type Attack } from './attacks';
import { Channel, TONGUES } from './channel';
import { Findings } from './findings';
import { Requests } from './requests';

/** How many attacks are made between two looks at the server. */
const BATCH = 4_000;
/** How many of what needs a connection of its own are under way at a time. */
const ABREAST = 24;

/** Where a run stands. */
export interface Standing {
  sent: number;
  /** What the server holds in memory: after the first tenth, and now, in MB. */
  before: number;
  now: number;
}

/**
 * Attacks a server, the same way for the same seed, and looks after each batch whether it answers others.
 * @param server one that says its errors into a pipe: each line is a finding.
 * @param tell is told after each batch.
 */
export async function fuzz(
  server: ServerProcess,
  seed: number,
  count: number,
  tell: (standing: Standing) => void = () => undefined,
): Promise<{ findings: string[]; standing: Standing }> {
  const findings = new Findings();
  server.child.stderr!.on('data', (chunk) => findings.add(`The server says: ${String(chunk)}`));
  server.child.on('exit', (code, signal) => findings.add(`The server ended: ${code ?? signal}`));
  const lanes = new Lanes(server.url, findings);
  const standing: Standing = { sent: 0, before: memoryOf(server.child), now: 0 };
  for (let batch = 0; standing.sent < count && findings.all.length === 0; batch += 1) {
    const numRuns = Math.min(BATCH, count - standing.sent);
    try {
      await lanes.send(fc.sample(attack, { seed: seed + batch, numRuns }));
      const answer = await fetch(`${server.url}/messages?limit=1`);
      if (!answer.ok) findings.add(`Others are answered ${answer.status}.`);
      await answer.text();
      standing.now = memoryOf(server.child);
    } catch (error) {
      findings.add(`In the batch of seed ${seed + batch}: ${String(error)}`);
    }
    if (standing.sent < count / 10) standing.before = standing.now;
    standing.sent += numRuns;
    tell(standing);
  }
  lanes.close();
  server.child.removeAllListeners('exit');
  return { findings: findings.all, standing };
}

/** The connections over which a server is attacked. */
class Lanes {
  private readonly requests;
  private readonly json;
  private readonly text;
  private readonly packets;

  constructor(url: string, findings: Findings) {
    this.requests = new Requests(url, findings);
    this.json = new Channel(url, TONGUES.json, findings);
    this.text = new Channel(url, TONGUES.text, findings);
    this.packets = Array.from({ length: 4 }, () => new Channel(url, TONGUES.packet, findings));
  }

  /** Sends everything, each kind on its own lane, all of them at once. */
  async send(attacks: readonly Attack[]): Promise<void> {
    const of = (kind: Attack['kind']) =>
      attacks.flatMap((one) => (one.kind === kind && 'text' in one ? [one.text] : []));
    const packets = of('packet');
    const share = Math.ceil(packets.length / this.packets.length);
    await Promise.all([
      this.json.send(of('json')),
      this.text.send(of('text')),
      ...this.packets.map((channel, i) => channel.send(packets.slice(i * share, (i + 1) * share))),
      this.abreast(attacks),
    ]);
  }

  close(): void {
    for (const lane of [this.requests, this.json, this.text, ...this.packets]) lane.close();
  }

  private async abreast(attacks: readonly Attack[]): Promise<void> {
    const left = attacks[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const one of left) {
        if (one.kind === 'http') await this.requests.send(one);
        else if (one.kind === 'payload') await this.requests.payload(one.text);
        else if (one.kind === 'frames') await this.requests.frames(one.path, one.bytes);
        else if (one.kind === 'bytes') await this.requests.bytes(one.bytes);
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, work));
  }
}
