import type { RequestHandler } from 'express';
import serveCompressed from 'express-static-gzip';
import { join } from 'node:path';
import { Refusal } from '../refusal';

/** Serves `/static`: the page's scripts, styles and icon, and the Socket.IO client, compressed by the build. */
export function assets(root: string): RequestHandler {
  const serve = serveCompressed(join(root, 'dist', 'assets'), {
    enableBrotli: true,
    orderPreference: ['br', 'gz'],
    index: false,
    serveStatic: { redirect: false },
  });
  return (request, response, next) => {
    if (isDecodable(request.path)) serve(request, response, next);
    // The library would answer with a plain 400, instead of an error's JSON.
    else throw new Refusal('bad_request', 'percentEncoding');
  };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
