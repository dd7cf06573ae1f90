import {
  blocksSource,
  chainSource,
  describeDifference,
  streamSource,
  verifyLog,
  verifyTail,
  type VerificationReport,
  type VerifyInputs,
} from '@bcmed/verification';
import type { Stack } from '../stack/stack.js';

/** How many of the newest blocks are looked at before a second start says that it is up. */
const NEWEST_BLOCKS = 64;

/** Verifies the site of a running stack without asking any of its services, and says in one line how far it is. */
export class SiteVerifier {
  readonly #abort = new AbortController();
  readonly #inputs: VerifyInputs;
  #summary = '';

  constructor(stack: Stack) {
    const { site, events, urls } = stack;
    const { connection } = events;
    this.#inputs = {
      ...site,
      log: streamSource(connection),
      blocks: blocksSource(connection, site.site),
      chain: chainSource({ rpcUrl: urls.chain }),
    };
  }

  /** The newest verification in one line; empty before the first. */
  get summary(): string {
    return this.#summary;
  }

  async verifyNewest(): Promise<VerificationReport> {
    const report = await verifyTail(this.#inputs, NEWEST_BLOCKS);
    this.#summary = `${outcomeOf(report)} in the newest ${report.blocks.toString()} blocks; the rest is being verified`;
    return report;
  }

  /**
   * Everything from position 1 on; undefined when it was stopped or could not read. With `newest` the signatures of the newest block
   * stand for those before it, which it covers by its hash: a validator's signature costs more than everything else of a block.
   */
  async verifyAll(signatures: 'every' | 'newest' = 'every'): Promise<VerificationReport | undefined> {
    try {
      const report = await verifyLog(this.#inputs, {
        signatures,
        signal: this.#abort.signal,
        onProgress: ({ position, lastPosition }) =>
          (this.#summary = `${position.toString()} of ${lastPosition.toString()} positions so far`),
      });
      this.#summary = `${outcomeOf(report)} up to position ${report.lastPosition.toString()} (${report.blocks.toString()} blocks, ${(report.durationMs / 1_000).toFixed(1)} s)`;
      return report;
    } catch (error) {
      this.#summary = this.#abort.signal.aborted ? 'stopped' : `could not be completed: ${String(error)}`;
      return undefined;
    }
  }

  stop(): void {
    this.#abort.abort();
  }
}

function outcomeOf(report: VerificationReport): string {
  const [first] = report.differences;
  if (report.verified) return 'everything agrees';
  return first ? `DIFFERENCE: ${describeDifference(first)}` : 'NOT VERIFIED';
}
