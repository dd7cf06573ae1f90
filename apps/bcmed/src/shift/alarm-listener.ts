import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '../errors.js';

/** A console that listens to the alarms by server-sent events, as a browser's `EventSource` does. */
export class AlarmListener {
  readonly #abort = new AbortController();
  #heard = '';
  /** Resolves when the service has let us go, or we have. */
  ended: Promise<void> = Promise.resolve();
  #tell: () => void = () => undefined;

  /** Resolves when the service has begun to answer: what comes from then on is heard. Throws StackError when it does not in time. */
  static async open(alarmsUrl: string, pass: string, withinMs = 10_000): Promise<AlarmListener> {
    const listener = new AlarmListener();
    const { signal } = listener.#abort;
    const headers = { authorization: `Bearer ${pass}` };
    for (const deadline = performance.now() + withinMs; ;) {
      const response = await fetch(`${alarmsUrl}/alarms/stream`, { headers, signal });
      if (response.ok && response.body) {
        listener.ended = listener.#listen(response.body);
        return listener;
      }
      const why = `the alarms answered ${response.status}: ${await response.text()}`;
      // Somebody who was enrolled a moment ago is a stranger until the service has read it.
      if (!/person-unknown|unknown-key/.test(why) || performance.now() > deadline) throw new StackError(why);
      await pause(50);
    }
  }

  /** Resolves when a notification named this alarm. Throws StackError when none does in time. */
  async heard(alarmId: string, withinMs = 10_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!this.#notifications().some((text) => text.includes(alarmId))) {
      if (this.#abort.signal.aborted) throw new StackError('nobody listens to the alarms any more');
      const left = deadline - performance.now();
      if (left <= 0)
        throw new StackError(`nobody was told of the alarm ${alarmId} within ${withinMs / 1_000} s`);
      await this.#more(left);
    }
  }

  close(): void {
    this.#abort.abort();
    this.#tell();
  }

  #notifications(): string[] {
    return this.#heard.split('\n\n').filter((block) => block.includes('event: notification'));
  }

  async #more(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#tell = resolve;
      timer = setTimeout(resolve, withinMs);
    });
    clearTimeout(timer);
  }

  async #listen(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of body) {
        this.#heard += decoder.decode(bytes, { stream: true });
        this.#tell();
      }
    } catch {
      // Closed by us, or by the service that ends: whoever waits says so.
    }
  }
}
