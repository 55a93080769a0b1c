import type { Server } from 'node:http';

/** Listens on the port in PORT. */
export function listen(http: Server): void {
  http.listen(Number(process.env.PORT), '127.0.0.1');
}
