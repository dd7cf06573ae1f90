import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { LineUnavailableError } from '../errors.js';
import type { Ward } from '../ward.js';
import { problem, type Problem } from './problem.js';
import type { Reply, Route } from './route.js';
import { routes, type Surroundings } from './routes.js';

const LOOPBACK = '127.0.0.1';
const MAX_BODY_BYTES = 65_536;

/**
 * Serves the control interface, on the loopback address only: whoever reaches it can do anything to the pumps. A body
 * must say that it is JSON, which keeps web pages of other origins out.
 *
 * @throws LineUnavailableError when the port is taken. Port 0 takes any; the returned server knows which.
 */
export async function serveControl(
  ward: Ward,
  port: number,
  surroundings: Surroundings = {},
): Promise<{ server: Server; url: string }> {
  const ways = routes(ward, surroundings);
  const server = createServer((request, response) => {
    void respond(ways, request)
      .catch((error: unknown) => problem(500, 'internal', 'The mock ICU failed.', String(error)))
      .then((reply) => write(response, reply));
  });
  try {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
  } catch (error) {
    throw new LineUnavailableError(`cannot listen on ${LOOPBACK}:${port} for control`, { cause: error });
  }
  const address = server.address();
  const chosen = typeof address === 'object' && address !== null ? address.port : port;
  return { server, url: `http://${LOOPBACK}:${chosen}` };
}

async function respond(ways: readonly Route[], request: IncomingMessage): Promise<Reply> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const onPath = ways
    .map((route) => ({ route, parameter: match(route.path, path) }))
    .filter((way): way is { route: Route; parameter: string } => way.parameter !== null);
  const way = onPath.find(({ route }) => route.method === request.method);
  if (way === undefined) return noWay(path, onPath);
  const body = request.method === 'POST' ? await readJson(request) : {};
  return isProblem(body) ? body : way.route.handle(way.parameter, body);
}

function noWay(path: string, onPath: readonly { readonly route: Route }[]): Problem {
  if (onPath.length === 0) return problem(404, 'not-found', 'There is nothing here.', `${path}: see GET /`);
  const methods = onPath.map(({ route }) => route.method).join(', ');
  return problem(405, 'wrong-method', 'Not with this method.', `${path} takes ${methods}`);
}

/** The varying part of the path, an empty text when nothing varies, null when the path is another. */
function match(pattern: string, path: string): string | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  let parameter = '';
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith(':')) parameter = given[index] ?? '';
    else if (part !== given[index]) return null;
  }
  return parameter;
}

const NOT_JSON = 'not-json';

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    // A boundary: without an encoding set, a request yields buffers.
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > MAX_BODY_BYTES) {
      return problem(413, 'too-large', 'The body is too large.', `at most ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(bytes);
  }
  if (length === 0) return {};
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
    return problem(415, NOT_JSON, 'The body is not said to be JSON.', 'send content-type: application/json');
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    return problem(400, NOT_JSON, 'The body is not JSON.', String(error));
  }
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    value.type.startsWith('urn:bcmed:problem:')
  );
}

function write(response: ServerResponse, reply: Reply): void {
  const isJson = 'body' in reply;
  response.writeHead(reply.status, {
    'content-type': isJson ? 'application/json' : 'application/problem+json',
  });
  response.end(JSON.stringify(isJson ? reply.body : reply));
}
