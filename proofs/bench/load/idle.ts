import { type ProtocolName } from './protocols';
import { inBatches, open, waitUntilQuiet } from './raw-client';

export interface IdleLoad {
  port: number;
  reads: ProtocolName;
  connections: number;
}

/** How many connections are opened before the measurement, to pay the costs of the first ones. */
const WARM_UP_CONNECTIONS = 100;

/** Opens idle connections; they stay open until this process ends. */
export async function idle({ port, reads, connections }: IdleLoad, ready: () => void): Promise<object> {
  let bytes = 0;
  const onBytes = (size: number): void => void (bytes += size);
  await inBatches(WARM_UP_CONNECTIONS, () => open(port, reads, onBytes));
  await waitUntilQuiet(() => bytes);
  ready();
  await inBatches(connections, () => open(port, reads, onBytes));
  await waitUntilQuiet(() => bytes);
  return {};
}
