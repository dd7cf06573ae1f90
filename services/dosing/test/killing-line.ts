import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where the process at the other end is killed. */
export type Moment =
  /** The server has everything before the mark; the mark and what follows never leave. */
  | 'before'
  /** The server has the mark too; its answer never comes back. */
  | 'after';

/** A TCP line between a process and a server that kills the process when a mark passes, once. */
export class KillingLine {
  #server!: Server;
  #armed: { readonly moment: Moment; readonly mark: string; readonly kill: () => void } | undefined;
  readonly #sockets = new Set<Socket>();

  static async between(serverPort: number): Promise<KillingLine> {
    const line = new KillingLine();
    line.#server = createServer((client) => line.#join(client, connect(serverPort, '127.0.0.1')));
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo; // a listening TCP server has an address and a port
    return `nats://127.0.0.1:${port}`;
  }

  arm(moment: Moment, mark: string, kill: () => void): void {
    this.#armed = { moment, mark, kill };
  }

  get isArmed(): boolean {
    return this.#armed !== undefined;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(client: Socket, server: Socket): void {
    let isDeaf = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      const end = (): void => {
        client.destroy();
        // What was written before the process died still arrives.
        server.end();
      };
      socket.on('error', end).on('close', end);
    }
    server.on('data', (data) => {
      if (!isDeaf) client.write(data);
    });
    client.on('data', (data) => {
      if (isDeaf) return;
      const at = this.#armed === undefined ? -1 : data.indexOf(this.#armed.mark);
      if (this.#armed === undefined || at === -1) {
        server.write(data);
        return;
      }
      const { moment, kill } = this.#armed;
      this.#armed = undefined;
      isDeaf = true;
      kill();
      server.write(moment === 'before' ? data.subarray(0, at) : data);
    });
  }
}
