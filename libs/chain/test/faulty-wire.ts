import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';

/** What can happen to one request between us and a node. */
export type Fault =
  /** The connection breaks before the node sees the request. */
  | 'lost'
  /** The node does it, and the connection breaks before the answer. */
  | 'done-but-unanswered'
  /** The node does it, and half of the answer arrives. */
  | 'answer-cut'
  /** The node does it twice; we see the second answer. */
  | 'duplicated'
  /** Nothing ever comes back. */
  | 'silence'
  /** Something that is not the node answers. */
  | 'gateway-page';

/** A real HTTP hop in front of a node that damages the next request of a given method. */
export class FaultyWire {
  private readonly planned = new Map<string, Fault>();
  readonly seen: string[] = [];

  private constructor(
    private readonly nodeUrl: string,
    private readonly server: ReturnType<typeof createServer>,
  ) {}

  static async before(nodeUrl: string): Promise<FaultyWire> {
    const server = createServer();
    const wire = new FaultyWire(nodeUrl, server);
    server.on('request', (request, response) => void wire.carry(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return wire;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the wire is not up');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Damages the next request of this method, and only that one. */
  next(method: string, fault: Fault): void {
    this.planned.set(method, fault);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async carry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { method } = JSON.parse(body) as { method: string };
    this.seen.push(method);
    const fault = this.planned.get(method);
    this.planned.delete(method);
    await this.deliver(body, response, fault).catch(() => response.destroy());
  }

  private async deliver(body: string, response: ServerResponse, fault: Fault | undefined): Promise<void> {
    if (fault === 'lost') return void response.destroy();
    if (fault === 'silence') return;
    if (fault === 'gateway-page') {
      response.writeHead(502, { 'content-type': 'text/html' });
      return void response.end('<h1>Bad gateway</h1>');
    }
    if (fault === 'duplicated') await this.forward(body);
    const answer = await this.forward(body);
    if (fault === 'done-but-unanswered') return void response.destroy();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    if (fault !== 'answer-cut') return void response.end(answer);
    response.write(answer.subarray(0, answer.length / 2), () => response.destroy());
  }

  private async forward(body: string): Promise<Buffer> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.nodeUrl, { method: 'POST', headers, body });
    return Buffer.from(await answer.arrayBuffer());
  }
}
