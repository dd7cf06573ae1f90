import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks; `answer` may be changed while it runs. */
export class Receiver {
  readonly got: Received[] = [];
  answer = 204;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.got.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
        response.writeHead(this.answer).end();
      });
    });
  }

  static async begin(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/hook`;
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export interface ReceivedMail {
  readonly to: readonly string[];
  readonly text: string;
}

/** A mail server; `refuses` may be changed while it runs. */
export class Mailbox {
  readonly got: ReceivedMail[] = [];
  refuses: { readonly code: number; readonly text: string } | undefined;
  readonly #server: SMTPServer;

  private constructor() {
    this.#server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onMailFrom: (_, __, done) => {
        if (!this.refuses) done();
        else done(Object.assign(new Error(this.refuses.text), { responseCode: this.refuses.code }));
      },
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          const to = session.envelope.rcptTo.map(({ address }) => address);
          this.got.push({ to, text: Buffer.concat(parts).toString('utf8') });
          done();
        });
      },
    });
    this.#server.on('error', () => undefined);
  }

  static async begin(): Promise<Mailbox> {
    const mailbox = new Mailbox();
    await new Promise<void>((resolve) => mailbox.#server.listen(0, '127.0.0.1', () => resolve()));
    return mailbox;
  }

  get url(): string {
    const { port } = this.#server.server.address() as AddressInfo;
    return `smtp://127.0.0.1:${port}`;
  }

  async end(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

export interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** Reads server-sent events until it is told to stop. */
export class Listening {
  readonly got: Told[] = [];
  readonly #abort = new AbortController();
  #reading: Promise<void> = Promise.resolve();

  static async begin(
    url: string,
    { pass, lastEventId }: { readonly pass: string; readonly lastEventId?: string },
  ): Promise<Listening> {
    const listening = new Listening();
    const response = await fetch(url, {
      headers: {
        authorization: `Bearer ${pass}`,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      signal: listening.#abort.signal,
    });
    if (!response.ok || !response.body) throw new Error(`${url}: ${response.status}`);
    listening.#reading = listening.#read(response.body).catch(() => undefined);
    return listening;
  }

  named(event: string): Told[] {
    return this.got.filter((one) => one.event === event);
  }

  async end(): Promise<void> {
    this.#abort.abort();
    await this.#reading;
  }

  /** Resolves when the other side has ended it. */
  async ended(): Promise<void> {
    await this.#reading;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const part of body) {
      text += decoder.decode(part, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string): string =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
        if (field('event') !== '')
          this.got.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) });
      }
    }
  }
}
