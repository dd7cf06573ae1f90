import { asena } from '@bcmed/pump-protocols';
import type { LineAddress } from './line-address.js';
import { openPort, type BytePort } from './port.js';

/** What became of a question. Only `answered` may be acted on. */
export type Answer =
  | { readonly outcome: 'answered'; readonly reading: asena.AsenaReading }
  | { readonly outcome: 'no-answer' }
  | { readonly outcome: 'line-closed'; readonly why: string };

/** What became of a frame that acts. Only after `not-written` is it sure that the pump did not get it. */
export type Told = Answer | { readonly outcome: 'not-written'; readonly why: string };

export interface LineSettings {
  /** How long one try waits for its answer. */
  readonly responseTimeoutMs: number;
  /** How long after its time-out an answer may still come: the pump's own COMMS_RESPONSE_MAX. */
  readonly lateAnswerMs: number;
  /** Pauses before the port is opened again; the last one repeats. */
  readonly reopenPausesMs: readonly [number, ...number[]];
}

export const LINE_DEFAULTS: LineSettings = {
  responseTimeoutMs: 500,
  lateAnswerMs: 4_000,
  reopenPausesMs: [100, 200, 500, 1_000, 2_000],
};

/** What the line has been through since the start. */
export interface LineFigures {
  readonly requests: number;
  readonly retries: number;
  readonly unanswered: number;
  /** Frames that were thrown away: wrong CRC, malformed, cut, or an answer to something else. */
  readonly discarded: number;
  readonly noiseBytes: number;
  readonly opened: number;
}

/**
 * Questions that change nothing, to find out where late answers end. So many, because each may itself become late: before the
 * last one is used up, the first is free again (two time-outs of half a second each, four seconds for a late answer).
 */
const FENCES = [
  asena.requests.responseMax(),
  asena.requests.maxRate(),
  asena.requests.serialNumber(),
  asena.requests.protocol(),
  asena.requests.volumeInfused(),
];

interface Pending {
  readonly command: string;
  readonly settle: (
    outcome: asena.AsenaReading | 'destroyed' | 'timeout' | { readonly closed: string },
  ) => void;
}

/**
 * One pump's line as a client of questions: one at a time, a time-out and one retry each, the port kept open for ever.
 *
 * The protocol links an answer to its question by the command word alone. So bytes that came before a question are dropped,
 * frames with another word are dropped, and after a question whose answer is still owed the line is fenced: a harmless question
 * of another word is asked first, and as the pump answers in order, its answer means that everything older has passed.
 * A line never waits for another line.
 */
export class Line {
  readonly #parser = new asena.AsenaParser();
  #port: BytePort | undefined;
  #closedWhy = 'not open yet';
  #pending: Pending | undefined;
  #stopped = false;
  #reopening: NodeJS.Timeout | undefined;
  #attempt = 0;
  /** Command words whose answers may still come, and until when. */
  readonly #owed = new Map<string, number>();
  #figures = { requests: 0, retries: 0, unanswered: 0, discarded: 0, noiseBytes: 0, opened: 0 };
  #onOpened: (() => void)[] = [];

  constructor(
    readonly address: LineAddress,
    private readonly settings: LineSettings = LINE_DEFAULTS,
  ) {}

  get figures(): LineFigures {
    return { ...this.#figures };
  }

  /** Why the port is not open; undefined when it is. */
  get closedWhy(): string | undefined {
    return this.#port === undefined ? this.#closedWhy : undefined;
  }

  /** Begins to open the port, again and again until {@link stop}. */
  start(): void {
    void this.#open();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#reopening);
    this.#port?.close();
    this.#tellOpened();
  }

  /** Gives up this opening of the port and opens it anew: for a port that is open and leads nowhere. */
  reopen(): void {
    this.#port?.close();
  }

  /** Closes the port when what is behind it has gone without saying so. */
  async checkPresence(): Promise<void> {
    const port = this.#port;
    if (port && !(await port.isPresent())) port.close();
  }

  /** Resolves when the port is open, or after `withinMs`, or when the line stops. */
  async whenOpen(withinMs: number): Promise<void> {
    if (this.#port !== undefined || this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#onOpened.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Asks once, and once more when no whole answer came in time. Never throws; demands that the last question is settled. */
  async ask(request: asena.AsenaFrame): Promise<Answer> {
    if (!(await this.#fence())) return this.#failed();
    return this.#askTwice(request);
  }

  /**
   * Writes a frame that acts on the pump, once and never again: a second copy could act on what a hand did in between. The
   * line is made sure of first, so that no late answer passes for this one. Never throws; demands what {@link ask} demands.
   */
  async tell(request: asena.AsenaFrame): Promise<Told> {
    if (this.#port === undefined) return { outcome: 'not-written', why: this.#closedWhy };
    if (!(await this.#fence())) return { outcome: 'not-written', why: 'the pump gives no sign' };
    const outcome = await this.#exchange(request);
    if (typeof outcome === 'object' && 'kind' in outcome) return { outcome: 'answered', reading: outcome };
    this.#owe(request.command);
    return this.#failed();
  }

  /**
   * Writes at once, without making sure of the line, and once more when no answer came: only for what stops a pump, which does no
   * harm twice and must not wait for answers that are lost. A late answer may pass for this one, so it proves nothing.
   */
  async insist(request: asena.AsenaFrame): Promise<Told> {
    if (this.#port === undefined) return { outcome: 'not-written', why: this.#closedWhy };
    return this.#askTwice(request);
  }

  async #askTwice(request: asena.AsenaFrame): Promise<Answer> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (attempt > 0) this.#figures.retries += 1;
      const outcome = await this.#exchange(request);
      if (typeof outcome === 'object' && 'kind' in outcome) {
        // Two answers to two tries: the second one is still on its way.
        if (attempt > 0) this.#owe(request.command);
        return { outcome: 'answered', reading: outcome };
      }
      this.#owe(request.command);
      if (typeof outcome === 'object') return { outcome: 'line-closed', why: outcome.closed };
    }
    return this.#failed();
  }

  #failed(): Answer {
    this.#figures.unanswered += 1;
    return this.#port ? { outcome: 'no-answer' } : { outcome: 'line-closed', why: this.#closedWhy };
  }

  /** Makes sure that no late answer can be taken for the next one. False when the line gave no sign. */
  async #fence(): Promise<boolean> {
    const now = performance.now();
    for (const [command, untilMs] of this.#owed) if (untilMs <= now) this.#owed.delete(command);
    if (this.#owed.size === 0) return true;
    const fence = FENCES.find(({ command }) => !this.#owed.has(command));
    if (!fence) return false; // every word is owed: silence until the pump's worst response time is over
    const owedBefore = [...this.#owed.keys()];
    const answer = await this.#askTwice(fence);
    if (answer.outcome !== 'answered') return false;
    for (const command of owedBefore) this.#owed.delete(command);
    return true;
  }

  #owe(command: string): void {
    this.#owed.set(command, performance.now() + this.settings.lateAnswerMs);
  }

  #exchange(request: asena.AsenaFrame): Promise<Parameters<Pending['settle']>[0]> {
    const port = this.#port;
    if (!port) return Promise.resolve({ closed: this.#closedWhy });
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle('timeout'), this.settings.responseTimeoutMs);
      const settle: Pending['settle'] = (outcome) => {
        clearTimeout(timer);
        this.#pending = undefined;
        resolve(outcome);
      };
      this.#figures.requests += 1;
      this.#figures.noiseBytes += this.#parser.reset();
      this.#pending = { command: request.command, settle };
      port.write(asena.encode(request));
    });
  }

  #receive(bytes: Uint8Array): void {
    for (const finding of this.#parser.push(bytes)) {
      if (finding.kind === 'noise') this.#figures.noiseBytes += finding.bytes;
      else if (finding.kind === 'frame') this.#receiveFrame(finding.frame);
      else if (finding.kind === 'interrupted') this.#figures.discarded += 1;
      else this.#destroyed();
    }
  }

  #receiveFrame(frame: asena.AsenaFrame): void {
    if (frame.command !== this.#pending?.command) {
      this.#figures.discarded += 1;
      return;
    }
    const decoded = asena.decodeReply(frame);
    if (decoded.outcome === 'decoded') this.#pending.settle(decoded.reading);
    else this.#destroyed();
  }

  /** The answer came and is of no use: it need not be waited for. */
  #destroyed(): void {
    this.#figures.discarded += 1;
    this.#pending?.settle('destroyed');
  }

  async #open(): Promise<void> {
    if (this.#stopped) return;
    let port: BytePort | undefined;
    let gone: string | undefined;
    const onClosed = (why: string): void => {
      gone = why;
      if (port !== undefined && this.#port === port) this.#closed(why);
    };
    try {
      port = await openPort(this.address, { onBytes: (bytes) => this.#receive(bytes), onClosed });
    } catch (error) {
      this.#closed(error instanceof Error ? error.message : String(error));
      return;
    }
    if (gone !== undefined) {
      this.#closed(gone);
      return;
    }
    if (this.#isStopped()) {
      port.close();
      return;
    }
    this.#port = port;
    this.#attempt = 0;
    this.#figures.opened += 1;
    this.#tellOpened();
  }

  /** A method, because the flag changes while something is awaited, which the compiler does not expect. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  #closed(why: string): void {
    this.#port = undefined;
    this.#closedWhy = why;
    this.#pending?.settle({ closed: why });
    if (this.#stopped) return;
    const pauses = this.settings.reopenPausesMs;
    const pause = pauses[Math.min(this.#attempt, pauses.length - 1)] ?? pauses[0];
    this.#attempt += 1;
    clearTimeout(this.#reopening);
    this.#reopening = setTimeout(() => void this.#open(), pause);
  }

  #tellOpened(): void {
    for (const tell of this.#onOpened.splice(0)) tell();
  }
}
