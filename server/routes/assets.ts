import type { RequestHandler } from 'express';
import serveCompressed from 'express-static-gzip';
import { join } from 'node:path';

/** `/static`: the browser's script, style and icon, and the Socket.IO client, compressed when the server was built. */
export function assets(root: string): RequestHandler {
  return serveCompressed(join(root, 'dist', 'assets'), {
    enableBrotli: true,
    orderPreference: ['br', 'gz'],
    index: false,
  });
}
