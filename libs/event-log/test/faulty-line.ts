import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** What happens to one piece of data on its way to the server; everything else passes. */
export type Fault =
  /** The line is cut before the server sees anything of it. */
  | 'cut before'
  /** The server sees half of it, then the line is cut. */
  | 'cut in the middle'
  /** The server sees all of it; the line is cut before its answer comes back. */
  | 'cut after'
  /** The server sees it, and its answers are held back for {@link SLOW_MS}. */
  | 'slow';

/** Longer than the sender of the test waits for one answer, shorter than it waits for two. */
const SLOW_MS = 900;
const EVENT = 'HPUB bcmed.';

/** A TCP line between a client and a server that breaks on command, once for each command. */
export class FaultyLine {
  #server!: Server;
  #armed: Fault | undefined;
  #skip = 0;
  #mark = EVENT;
  readonly #sockets = new Set<Socket>();

  static async between(serverPort: number): Promise<FaultyLine> {
    const line = new FaultyLine();
    line.#server = createServer((client) => line.#join(client, connect(serverPort, '127.0.0.1')));
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo; // a listening TCP server has an address and a port
    return `nats://127.0.0.1:${port}`;
  }

  /** Breaks the line when the piece with the mark passes (an event by default), after `skip` others. */
  arm(fault: Fault, skip = 0, mark = EVENT): void {
    this.#armed = fault;
    this.#skip = skip;
    this.#mark = mark;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(client: Socket, server: Socket): void {
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    let held: Buffer[] | undefined;
    const release = (): void => {
      for (const data of held ?? []) client.write(data);
      held = undefined;
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', cut).on('close', cut);
    }
    server.on('data', (data) => {
      if (held === undefined) client.write(data);
      else held.push(data);
    });
    client.on('data', (data) => {
      const fault = this.#faultFor(data);
      if (fault === 'cut before') cut();
      else if (fault === 'cut in the middle') server.end(data.subarray(0, Math.floor(data.length / 2)), cut);
      else {
        if (fault !== undefined) held = [];
        server.write(data);
        if (fault === 'cut after') setTimeout(cut, 100);
        if (fault === 'slow') setTimeout(release, SLOW_MS);
      }
    });
  }

  #faultFor(data: Buffer): Fault | undefined {
    if (this.#armed === undefined || !data.includes(this.#mark)) return undefined;
    if (this.#skip-- > 0) return undefined;
    const fault = this.#armed;
    this.#armed = undefined;
    return fault;
  }
}
