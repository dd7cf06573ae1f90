import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { LineUnavailableError } from '../errors.js';
import { MAX_UNSENT_BYTES, PumpLine, type LineAddress } from './pump-line.js';

const KEEP_ALIVE_MS = 10_000;

/**
 * A pump behind a serial device server: raw bytes over TCP, one port per pump, one client at a time. A second client is
 * let in and closed at once, as common device servers do; a client that vanished without a word is found by keep-alive.
 */
export class TcpLine extends PumpLine {
  readonly #host: string;
  #port: number;
  #server: Server | null = null;
  #client: Socket | null = null;

  /** Port 0 takes any free port at the first opening and keeps it. */
  constructor(host: string, port: number) {
    super();
    this.#host = host;
    this.#port = port;
  }

  get address(): LineAddress {
    return { kind: 'tcp', host: this.#host, port: this.#port };
  }

  get plugged(): boolean {
    return this.#server !== null;
  }

  async open(): Promise<void> {
    await this.replug();
  }

  async replug(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer((socket) => this.#accept(socket));
    try {
      server.listen(this.#port, this.#host);
      await once(server, 'listening');
    } catch (error) {
      throw new LineUnavailableError(`cannot listen on ${this.#host}:${this.#port}`, { cause: error });
    }
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#server = server;
  }

  write(bytes: Uint8Array): void {
    if (this.#client !== null && this.#client.writableLength < MAX_UNSENT_BYTES) this.#client.write(bytes);
  }

  async unplug(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#client?.destroy();
    this.#client = null;
    if (server === null) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  }

  async close(): Promise<void> {
    await this.unplug();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined); // 'close' follows and says all that we need
    if (this.#client !== null) {
      socket.destroy();
      return;
    }
    this.#client = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('data', (bytes: Buffer) => this.onBytes(bytes));
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      if (this.#client === socket) this.#client = null;
    });
  }
}
