import { sealOf, subjects, type EventLog, type LogMessage } from '@bcmed/event-log';
import { demandPermission, NotPermittedError, type PassPerson, type PassVerifier } from '@bcmed/site-trust';
import { readConfirmation, type AnchoredBlock } from '@bcmed/verification';

/** A block as it stands on the stream: the exact bytes, and what they say. */
export interface ShownBlock {
  readonly number: string;
  /** On BLOCKS. */
  readonly position: string;
  readonly seal: string;
  /** Base64. */
  readonly body: string;
  readonly data: AnchoredBlock;
}

const WHOLE_SITE = { kind: 'unit', unit: 'all' } as const;

/** Reads what is logged, by position, and blocks by number. Checks nothing: it is for whoever checks for themselves. */
export class LogReader {
  constructor(
    private readonly site: string,
    private readonly logs: { readonly events: EventLog; readonly blocks: EventLog },
    private readonly verifier: PassVerifier,
  ) {}

  /** Throws NotPermittedError for who may neither read the audit nor verify the log. */
  demandAudit(person: PassPerson): void {
    try {
      demandPermission(this.verifier, person, 'verify-log', WHOLE_SITE);
    } catch (error) {
      if (!(error instanceof NotPermittedError)) throw error;
      demandPermission(this.verifier, person, 'read-audit', WHOLE_SITE);
    }
  }

  entry(position: bigint): Promise<LogMessage | undefined> {
    return this.logs.events.readAt(position);
  }

  /** The first confirmation of a block. */
  async block(number: bigint): Promise<ShownBlock | undefined> {
    for await (const message of this.logs.blocks.readSubject(subjects.block(this.site, number))) {
      const shown = shownBlock(message);
      if (shown !== undefined) return shown;
    }
    return undefined;
  }

  /** Blocks in ascending order; one that was confirmed again is there once. */
  async blocksAfter(number: bigint, limit: number): Promise<ShownBlock[]> {
    const first = await this.block(number + 1n);
    if (first === undefined) return [];
    const found: ShownBlock[] = [];
    const { blocks } = this.logs;
    for await (const message of blocks.readSubject(subjects.blocks(this.site), {
      from: BigInt(first.position),
    })) {
      const shown = shownBlock(message);
      const next = number + 1n + BigInt(found.length);
      if (shown !== undefined && BigInt(shown.number) === next) found.push(shown);
      if (found.length === limit) break;
    }
    return found;
  }

  /** Number of the newest block, 0 when there is none. */
  async lastNumber(): Promise<bigint> {
    const { blocks } = this.logs;
    for (let position = await blocks.lastPosition(); position > 0n; position--) {
      const message = await blocks.readAt(position);
      const shown = message && shownBlock(message);
      if (shown) return BigInt(shown.number);
    }
    return 0n;
  }

  /** The block that contains a position, by halving; undefined while none does. */
  async blockOf(position: bigint): Promise<ShownBlock | undefined> {
    let [low, high] = [1n, await this.lastNumber()];
    while (low <= high) {
      const middle = (low + high) / 2n;
      const block = await this.block(middle);
      if (block === undefined) return undefined;
      const { firstSequence, lastSequence } = block.data.header;
      if (position < BigInt(firstSequence)) high = middle - 1n;
      else if (position > BigInt(lastSequence)) low = middle + 1n;
      else return block;
    }
    return undefined;
  }
}

function shownBlock(message: LogMessage): ShownBlock | undefined {
  const { position, subject, body } = message;
  const seal = sealOf(message);
  const read = readConfirmation({ position, subject, body, seal });
  if (!read.ok) return undefined;
  const { data } = read;
  const text = Buffer.from(body).toString('base64');
  return { number: data.header.number, position: position.toString(), seal, body: text, data };
}
