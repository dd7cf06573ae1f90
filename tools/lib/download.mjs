/**
 * Fetches one file, as a program of its own: `node download.mjs <url> <destination>`, or `fetchFile` from the set-up.
 * It runs on the pinned Node, which honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY when it is told to; the newcomer's
 * own Node may not.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { bestNode } from './commands.mjs';

const PROGRAM = fileURLToPath(import.meta.url);
const SILENCE_MS = 30_000;

/** Resolves when the file is there whole; rejects with a message that fits in one line. */
export function fetchFile(url, destination, onProgress) {
  return new Promise((resolve, reject) => {
    const child = spawn(bestNode(), [PROGRAM, url, destination], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, NODE_USE_ENV_PROXY: '1' },
    });
    let problem = 'the download ended without a word';
    child.on('message', (message) => {
      if (message.problem !== undefined) problem = message.problem;
      else onProgress(message.received, message.total);
    });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(problem))));
  });
}

async function main(address, destination) {
  const url = new URL(address);
  const headers = {};
  if (url.username !== '') {
    headers.authorization = `Basic ${btoa(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`)}`;
    url.username = url.password = '';
  }
  const silence = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Error(`nothing came for ${SILENCE_MS / 1000} s`)), SILENCE_MS);
  };
  heard();
  const response = await fetch(url, { headers, signal: silence.signal });
  if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
  const total = Number(response.headers.get('content-length') ?? 0);
  let received = 0;
  let told = 0;
  async function* counted(chunks) {
    for await (const chunk of chunks) {
      heard();
      received += chunk.length;
      if (performance.now() - told > 200) {
        told = performance.now();
        process.send({ received, total });
      }
      yield chunk;
    }
  }
  await pipeline(response.body, counted, createWriteStream(destination));
  if (total !== 0 && received !== total) throw new Error(`only ${received} of ${total} bytes came`);
}

if (process.argv[1] === PROGRAM && process.send !== undefined) {
  process.on('disconnect', () => process.exit(1));
  main(process.argv[2], process.argv[3]).then(
    () => process.exit(0),
    (error) => process.send({ problem: error.cause?.message ?? error.message }, () => process.exit(1)),
  );
}
