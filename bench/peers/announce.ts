import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens on a free port and prints it as Parley does. */
export function announce(http: Server): void {
  http.listen(0, '127.0.0.1', () => {
    process.stdout.write(`open at http://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
  });
}
