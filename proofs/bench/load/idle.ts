import { type DialectName } from './protocols';
import { inBatches, open, quiet } from './raw-client';

export interface Idle {
  port: number;
  reads: DialectName;
  connections: number;
}

/** Opens connections that do nothing; they stay until this process ends. */
export async function idle({ port, reads, connections }: Idle, ready: () => void): Promise<object> {
  let bytes = 0;
  const heard = (size: number): void => void (bytes += size);
  // What the first ones cost once is no part of what each costs.
  await inBatches(100, () => open(port, reads, heard));
  await quiet(() => bytes);
  ready();
  await inBatches(connections, () => open(port, reads, heard));
  await quiet(() => bytes);
  return {};
}
