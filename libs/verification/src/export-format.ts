import type { StreamEntry } from '@bcmed/admission';
import { hex } from '@bcmed/chain';
import { z } from 'zod';
import type { ChainContract } from './ports.js';

/** Changes when a reader of an older version would misread the folder. */
export const EXPORT_FORMAT = 'bcmed-export-1';

export const FILES = {
  site: 'site.json',
  blocks: 'blocks.ndjson',
  checkpoint: 'checkpoint',
  readme: 'README.md',
  refused: 'refused',
} as const;

const decimal = z.string().regex(/^(0|[1-9][0-9]{0,18})$/);
const bytes32 = z.string().regex(/^0x[0-9a-f]{64}$/i);
const address = z.string().regex(/^0x[0-9a-f]{40}$/i);

const contract = z.strictObject({
  chainId: decimal,
  contract: address,
  head: z.strictObject({
    number: decimal,
    treeSize: decimal,
    lastSequence: decimal,
    blockHash: bytes32,
    rootHash: bytes32,
  }),
  rules: z.strictObject({
    site: z.string(),
    validators: z.array(address),
    quorum: z.number().int(),
    link: z.strictObject({ predecessor: address, number: decimal, blockHash: bytes32 }).optional(),
  }),
});

/** `site.json`: written last, so a folder without it is an export that was cut off. */
export const siteFile = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  site: z.string().min(1),
  rootKeyId: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  exportedAt: z.iso.datetime(),
  positions: decimal,
  blocks: decimal,
  /** Events behind the last block at that time: they have no proof yet and are not in the folder. */
  leftOut: decimal,
  verified: z.boolean(),
  chain: z.strictObject({ readAt: z.iso.datetime(), contracts: z.array(contract) }).optional(),
});

export type SiteFile = z.infer<typeof siteFile>;
type WireContract = z.infer<typeof contract>;

export function toWireContract({ chainId, contract, head, rules }: ChainContract): WireContract {
  const { number, treeSize, lastSequence, blockHash, rootHash } = head;
  const { site, validators, quorum, link } = rules;
  return {
    chainId: chainId.toString(),
    contract,
    head: {
      number: number.toString(),
      treeSize: treeSize.toString(),
      lastSequence: lastSequence.toString(),
      blockHash,
      rootHash,
    },
    rules: {
      site,
      validators: [...validators],
      quorum,
      ...(link ? { link: { ...link, number: link.number.toString() } } : {}),
    },
  };
}

export function fromWireContract({ chainId, contract, head, rules }: WireContract): ChainContract {
  const { link, validators } = rules;
  return {
    chainId: BigInt(chainId),
    contract: hex(contract),
    head: {
      number: BigInt(head.number),
      treeSize: BigInt(head.treeSize),
      lastSequence: BigInt(head.lastSequence),
      blockHash: hex(head.blockHash),
      rootHash: hex(head.rootHash),
    },
    rules: {
      ...rules,
      validators: validators.map(hex),
      link: link && {
        predecessor: hex(link.predecessor),
        number: BigInt(link.number),
        blockHash: hex(link.blockHash),
      },
    },
  };
}

const blockLine = z
  .strictObject({
    subject: z.string(),
    seal: z.string(),
    body: z.string().optional(),
    bodyBase64: z.string().optional(),
  })
  .refine(({ body, bodyBase64 }) => (body === undefined) !== (bodyBase64 === undefined));

/** One confirmation as a line of `blocks.ndjson`: the body as text where that keeps every byte, else in base64. */
export function encodeBlockLine({ subject, seal, body }: StreamEntry): string {
  const text = Buffer.from(body).toString('utf8');
  const exact = Buffer.from(text, 'utf8').equals(body);
  const kept = exact ? { body: text } : { bodyBase64: Buffer.from(body).toString('base64') };
  return JSON.stringify({ subject, seal, ...kept });
}

/** Reads a line. What is no such line becomes a message that nobody can read, so that it is reported where it stands. */
export function decodeBlockLine(line: string, position: bigint): StreamEntry {
  const parsed = blockLine.safeParse(jsonOf(line));
  if (!parsed.success) return { position, subject: '', seal: '', body: Buffer.from(line) };
  const { subject, seal, body, bodyBase64 = '' } = parsed.data;
  return {
    position,
    subject,
    seal,
    body: body === undefined ? Buffer.from(bodyBase64, 'base64') : Buffer.from(body, 'utf8'),
  };
}

const refusedHeader = z.strictObject({ subject: z.string(), seal: z.string() });
const LINE_FEED = 0x0a;

/** `refused/<position>`: a line with subject and seal in JSON, because both may be anything, then the body's bytes. */
export function encodeRefused({ subject, seal, body }: StreamEntry): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ subject, seal })}\n`, 'utf8'), body]);
}

export function decodeRefused(bytes: Uint8Array, position: bigint): StreamEntry | undefined {
  const cut = bytes.indexOf(LINE_FEED);
  if (cut < 0) return undefined;
  const header = refusedHeader.safeParse(jsonOf(Buffer.from(bytes.subarray(0, cut)).toString('utf8')));
  if (!header.success) return undefined;
  return { position, ...header.data, body: bytes.subarray(cut + 1) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
