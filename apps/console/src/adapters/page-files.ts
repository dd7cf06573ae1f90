import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** Made once from the files' own bytes; a name with a hash never means anything else. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
const FOR_EVER = 'public, max-age=31536000, immutable';

interface File {
  readonly bytes: Buffer;
  readonly zipped: Buffer | undefined;
  readonly type: string;
  readonly cache: string;
}

/** The built page, read into memory at the start: what is not there then is not served, whatever the path. */
export class PageFiles {
  readonly #files = new Map<string, File>();

  constructor(folder: string) {
    if (!existsSync(folder)) return;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      this.#files.set(path.slice(folder.replace(/\/$/, '').length), fileOf(path));
    }
  }

  /** Whether there is a page at all. */
  get isThere(): boolean {
    return this.#files.has('/index.html');
  }

  /** Answers with the file of this name, or with the page for whatever asks for one; false when there is neither. */
  serve(pathname: string, request: IncomingMessage, response: ServerResponse): boolean {
    const wantsPage = request.headers.accept?.includes('text/html') === true || pathname === '/';
    const file = this.#files.get(pathname) ?? (wantsPage ? this.#files.get('/index.html') : undefined);
    if (file === undefined) return false;
    const isZipped = file.zipped !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const body = isZipped ? file.zipped : file.bytes;
    response.writeHead(200, {
      'content-type': file.type,
      'content-length': body.length,
      'cache-control': file.cache,
      vary: 'accept-encoding',
      ...(isZipped && { 'content-encoding': 'gzip' }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    return true;
  }
}

function fileOf(path: string): File {
  const bytes = readFileSync(path);
  const extension = extname(path);
  const type = TYPES[extension] ?? 'application/octet-stream';
  const isText = /^(?:text|application|image\/svg)/.test(type);
  return {
    bytes,
    zipped: isText ? gzipSync(bytes) : undefined,
    type,
    cache: HASHED.test(path) ? FOR_EVER : 'no-cache',
  };
}
