import fc from 'fast-check';
import { memoryOf } from '../../__tests__/support/memory';
import type { ServerProcess } from '../../__tests__/support/process';
import { Channel, PROTOCOLS } from './channel';
import { Findings } from './findings';
import { input, type Input } from './inputs';
import { Requests } from './requests';

/** How many inputs are sent between two checks of the server. */
const BATCH = 4_000;
/** How many inputs that need their own connection are in flight. */
const IN_FLIGHT = 24;
/** How many connections share the Socket.IO packets: many packets end the connection. */
const PACKET_CHANNELS = 4;

/** How much a server may grow after the first tenth of a run, in MB; in a short run this is mostly uncollected garbage. */
export const MAX_GROWTH_MB = 100;

/** How far a run has come. */
export interface Progress {
  sent: number;
  /** The server's memory after the first tenth of the run, in MB. */
  initialMemoryMb: number;
  memoryMb: number;
}

/**
 * Sends random inputs, the same ones for the same seed, and checks after each batch that the server still answers.
 * @param server has its stderr in a pipe: everything it prints there is a finding.
 * @param onProgress is called after each batch.
 */
export async function fuzz(
  server: ServerProcess,
  seed: number,
  count: number,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<{ findings: string[]; progress: Progress }> {
  const findings = new Findings();
  server.child.stderr!.on('data', (chunk) => findings.add(`The server printed: ${String(chunk)}`));
  server.child.on('exit', (code, signal) => findings.add(`The server exited with ${code ?? signal}.`));
  const connections = new Connections(server.url, findings);
  const progress: Progress = { sent: 0, initialMemoryMb: memoryOf(server.child), memoryMb: 0 };
  for (let batch = 0; progress.sent < count && findings.all.length === 0; batch += 1) {
    const numRuns = Math.min(BATCH, count - progress.sent);
    try {
      await connections.send(fc.sample(input, { seed: seed + batch, numRuns }));
      const answer = await fetch(`${server.url}/messages?limit=1`);
      if (!answer.ok) findings.add(`A valid request was answered with ${answer.status}.`);
      await answer.text();
      progress.memoryMb = memoryOf(server.child);
    } catch (error) {
      findings.add(`In the batch of seed ${seed + batch}: ${String(error)}`);
    }
    if (progress.sent < count / 10) progress.initialMemoryMb = progress.memoryMb;
    progress.sent += numRuns;
    onProgress(progress);
  }
  connections.close();
  server.child.removeAllListeners('exit');
  return { findings: findings.all, progress };
}

/** The connections of a run. */
class Connections {
  private readonly requests;
  private readonly json;
  private readonly text;
  private readonly packets;

  constructor(url: string, findings: Findings) {
    this.requests = new Requests(url, findings);
    this.json = new Channel(url, PROTOCOLS.json, findings);
    this.text = new Channel(url, PROTOCOLS.text, findings);
    this.packets = Array.from(
      { length: PACKET_CHANNELS },
      () => new Channel(url, PROTOCOLS.packet, findings),
    );
  }

  /** Sends all inputs; those of different kinds in parallel. */
  async send(inputs: readonly Input[]): Promise<void> {
    const textsOf = (kind: Input['kind']) =>
      inputs.flatMap((one) => (one.kind === kind && 'text' in one ? [one.text] : []));
    const packets = textsOf('packet');
    const share = Math.ceil(packets.length / this.packets.length);
    await Promise.all([
      this.json.send(textsOf('json')),
      this.text.send(textsOf('text')),
      ...this.packets.map((channel, i) => channel.send(packets.slice(i * share, (i + 1) * share))),
      this.sendOnOwnConnections(inputs),
    ]);
  }

  close(): void {
    for (const connection of [this.requests, this.json, this.text, ...this.packets]) connection.close();
  }

  private async sendOnOwnConnections(inputs: readonly Input[]): Promise<void> {
    const remaining = inputs[Symbol.iterator]();
    const sendSerially = async (): Promise<void> => {
      for (const one of remaining) {
        if (one.kind === 'http') await this.requests.send(one);
        else if (one.kind === 'payload') await this.requests.sendPayload(one.text);
        else if (one.kind === 'frames') await this.requests.sendFrames(one.path, one.bytes);
        else if (one.kind === 'bytes') await this.requests.sendBytes(one.bytes);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, sendSerially));
  }
}
