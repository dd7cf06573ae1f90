import type { EventLog, LogMessage } from '@bcmed/event-log';
import type { SiteTrust } from '@bcmed/site-trust';
import { checkAnchoredBlock, readConfirmation, type AnchoredBlock } from '@bcmed/verification';
import { Logger } from '@nestjs/common';
import { TOLD } from '../errors.js';
import type { Ward } from '../views/ward.js';

const SHOWN = 240n;

/** From the stream of blocks to the ward: only blocks that hold together under the signatures of a quorum of the site's validators. */
export class BlockInbox {
  readonly #log = new Logger('blocks');
  readonly #contracts = new Set<string>();
  #position = 0n;
  #newest: AnchoredBlock | undefined;

  constructor(
    private readonly ward: Ward,
    private readonly trust: Pick<SiteTrust, 'validators'>,
    private readonly nowMs: () => number = Date.now,
  ) {}

  get position(): bigint {
    return this.#position;
  }

  get newest(): AnchoredBlock | undefined {
    return this.#newest;
  }

  /** Contracts in which the site's blocks were anchored, as far as they were seen. In lower case. */
  get contracts(): ReadonlySet<string> {
    return this.#contracts;
  }

  /** Reads the newest ones. Demands that the opening of the epoch was read. Throws what reading the log throws; safe to repeat. */
  async load(blocks: EventLog): Promise<void> {
    const last = await blocks.lastPosition();
    for await (const entry of blocks.readRange(last < SHOWN ? 1n : last - SHOWN + 1n, last)) {
      if (!entry.missing) this.#take(entry);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#position = last;
  }

  take(messages: readonly LogMessage[]): void {
    for (const message of messages) {
      if (message.position <= this.#position) continue;
      this.#position = message.position;
      this.#take(message);
    }
  }

  #take(message: LogMessage): void {
    const fault = this.#faultOf(message);
    if (fault === undefined) return;
    const position = message.position.toString();
    this.#log.warn({ msg: TOLD.eventNotBelieved, position, subject: message.subject, reason: fault });
  }

  #faultOf({ subject, body, headers, position, timestampMs }: LogMessage): string | undefined {
    const read = readConfirmation({ position, subject, body, seal: headers.get('Bcmed-Seal') });
    if (!read.ok) return read.detail;
    const { validators } = this.trust;
    if (validators === undefined) return 'no epoch was opened under the pinned root key';
    const check = checkAnchoredBlock(read.data, validators, undefined);
    if (!check.ok) return `${check.fault.kind}: ${check.fault.detail}`;
    this.#newest = read.data;
    this.#contracts.add(read.data.anchor.contract.toLowerCase());
    this.ward.takeBlock(read.data, timestampMs, this.nowMs());
    return undefined;
  }
}
