import { expect } from 'vitest';
import type { Change, LiveMessage, NotShown } from '../../src/domain/live.js';

export interface Heard {
  readonly event: string;
  readonly id: string | undefined;
  /** Of whatever event it is: not everything is in each. */
  readonly data: Partial<LiveMessage> & { readonly notShown?: readonly NotShown[]; readonly reason?: string };
  readonly atMs: number;
}

/** A browser's line to `/api/live`, or to any other server-sent events. */
export class Line {
  readonly heard: Heard[] = [];
  /** Settles when the line is over, from whichever end. */
  readonly over: Promise<void>;
  readonly #abort: AbortController;

  private constructor(response: Response, abort: AbortController) {
    this.#abort = abort;
    this.over = this.#read(response).catch(() => undefined);
  }

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Line> {
    const abort = new AbortController();
    const response = await fetch(url, { headers, signal: abort.signal });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    return new Line(response, abort);
  }

  close(): void {
    this.#abort.abort();
  }

  get events(): readonly string[] {
    return this.heard.map(({ event }) => event);
  }

  get lastId(): string {
    return this.heard.findLast(({ id }) => id !== undefined)?.id ?? '';
  }

  get changes(): readonly Change[] {
    return this.heard.flatMap(({ data }) => data.changes ?? []);
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) this.#note(part);
    }
  }

  #note(part: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: ?(.*)$`, 'm').exec(part)?.[1];
    const data = JSON.parse(field('data') ?? '{}') as Heard['data'];
    this.heard.push({ event: field('event') ?? 'message', id: field('id'), data, atMs: Date.now() });
  }
}
