import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A way to a node's JSON-RPC on which a test can let questions wait. */
export class ChainGate {
  #server!: Server;
  #open: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  #onAsked: () => void = () => undefined;
  #isCut = false;

  static async before(url: string): Promise<ChainGate> {
    const gate = new ChainGate();
    gate.#server = createServer((request, response) => {
      void (async () => {
        const body = await text(request);
        gate.#onAsked();
        if (gate.#isCut) throw new Error('cut');
        await gate.#open;
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        response.end(await answer.text());
      })().catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve));
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // a listening TCP server has a port
  }

  /** From now on questions wait; resolves when the first one does. */
  hold(): Promise<void> {
    this.#open = new Promise((resolve) => (this.#release = resolve));
    return new Promise((resolve) => (this.#onAsked = resolve));
  }

  release(): void {
    this.#release();
  }

  /** From now on no question is answered. */
  cut(): void {
    this.#isCut = true;
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.#server.close();
  }
}
