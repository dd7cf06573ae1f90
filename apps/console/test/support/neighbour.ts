import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A request as it reached a neighbour of the gateway. */
export interface Reached {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server behind the gateway that misbehaves as it is told; no service of ours can be told to. */
export class Neighbour {
  readonly reached: Reached[] = [];
  /** Lines that the gateway has not given up yet. */
  open = 0;
  behave: (request: Reached, response: ServerResponse) => void = (_, response) => response.end('{}');

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Neighbour> {
    const server = createServer();
    const neighbour = new Neighbour(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void neighbour.#take(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return neighbour;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1;
    response.once('close', () => (this.open -= 1));
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const reached = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
    this.reached.push(reached);
    this.behave(reached, response);
  }
}
