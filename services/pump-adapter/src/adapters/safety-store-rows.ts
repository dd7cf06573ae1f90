import type { PumpOrder, SignedText } from '@bcmed/events';
import type { KeyId } from '@bcmed/seal';
import type { BolusRun, PumpState, Steering } from '../domain/index.js';

/** A pump with the end of its chain: what must be known to go on after any death. */
export interface StoredPump {
  readonly entity: string;
  readonly serial: string;
  readonly line: string;
  /** Key that seals this chain; another key begins another chain. */
  readonly keyId: string;
  /** Start id of the chain. */
  readonly chain: string;
  /** Number of the last event of the chain, 0 before the first. */
  readonly sequence: number;
  /** Leaf hash of that event, base64url. */
  readonly head?: string;
  readonly state: PumpState;
}

/** How far a command has come. `writing` is on disk before the first frame leaves: whoever finds it there must not write again. */
export type CommandState = 'accepted' | 'writing' | 'done';

/** A command that this adapter has answered for, or will. */
export interface StoredCommand {
  readonly commandId: string;
  /** Position on EVENTS. */
  readonly position: bigint;
  readonly entity: string;
  readonly nonce: string;
  readonly state: CommandState;
  readonly expiresMs: number;
  /** Who ordered it: the first who signed. */
  readonly person: string;
  /** Absent when the text could not be read. */
  readonly order?: PumpOrder;
  /** Key of the service that authorised it. */
  readonly keyId?: KeyId;
  /** As it came, to be judged again before it is written. */
  readonly signed?: SignedText;
  readonly approvalsNeeded?: number;
  /** Set rate on which the decision rests; absent when it rests on none. */
  readonly assumedRateMlPerHour?: number;
  /** How far a bolus has come; absent before its first frame. */
  readonly bolus?: BolusRun;
}

/** A pump that is steered, and by what its target is judged again. */
export interface StoredSteering {
  readonly entity: string;
  readonly steering: Steering;
  readonly signed: SignedText;
  readonly approvalsNeeded: number;
  /** Key of the service that authorised it. */
  readonly keyId?: KeyId;
}

/** What is written together with events: how far a command has come, or a steering as it is after them. */
export interface Beside {
  readonly command?: StoredCommand;
  readonly steering?: StoredSteering;
  /** The pump whose steering has ended. */
  readonly steeringOver?: string;
}

/** A sealed event before it has a row. */
export interface NewEntry {
  readonly entity: string;
  readonly eventId: string;
  readonly subject: string;
  readonly leafHash: string;
  readonly seal: string;
  readonly body: Uint8Array;
  readonly traceparent?: string;
  /** When the reading was handed to the decider, on the steady scale. */
  readonly handedMs: number;
}

/** A sealed event that no confirmed block holds yet. Ids rise in order of birth. */
export interface OutboxEntry extends NewEntry {
  readonly id: number;
}

/** Where the broker says that an entry stands. */
export interface SentNote {
  readonly id: number;
  readonly position: number;
  readonly sentMs: number;
}

/** What a confirmed block says about positions, already verified. */
export interface ConfirmedLeaves {
  /** Position of the message in the stream of blocks, from where a restart goes on. */
  readonly blockPosition: bigint;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly leafHashes: readonly string[];
  readonly rejections: readonly {
    readonly position: number;
    readonly reason: string;
    readonly entryHash: string;
  }[];
}

/** An entry that the ledger refused for good. */
export interface Refused {
  readonly entity: string;
  readonly eventId: string;
  readonly subject: string;
  readonly body: Uint8Array;
  readonly position: number;
  readonly reason: string;
}

export interface Settled {
  readonly settled: readonly { readonly id: number; readonly handedMs: number }[];
  readonly refused: readonly Refused[];
  /** Entries whose position turned out to hold something else: to be sent again. */
  readonly displaced: readonly number[];
}

/** How the outbox stands. */
export interface OutboxFigures {
  readonly depth: number;
  readonly oldestHandedMs?: number;
  readonly refused: number;
}

/** What SQLite gives for one row. */
export type Row = Record<string, unknown>;

export function idOf(row: Row): number {
  return Number(row['id']);
}

export function toPump(row: Row): StoredPump {
  const { head } = row;
  return {
    entity: String(row['entity']),
    serial: String(row['serial']),
    line: String(row['line']),
    keyId: String(row['keyId']),
    chain: String(row['chain']),
    sequence: Number(row['sequence']),
    ...(typeof head === 'string' && { head }),
    // Our own text, written by the same version of the schema.
    state: JSON.parse(String(row['state'])) as PumpState,
  };
}

export function toCommand(row: Row): StoredCommand {
  // Our own text, written by the same version of the schema.
  const rest = JSON.parse(String(row['json'])) as Pick<
    StoredCommand,
    'order' | 'signed' | 'approvalsNeeded' | 'keyId' | 'assumedRateMlPerHour' | 'bolus'
  >;
  return {
    commandId: String(row['commandId']),
    position: BigInt(Number(row['position'])),
    entity: String(row['entity']),
    nonce: String(row['nonce']),
    state: String(row['state']) as CommandState,
    expiresMs: Number(row['expiresMs']),
    person: String(row['person']),
    ...rest,
  };
}

export function toEntry(row: Row): OutboxEntry {
  const { traceparent, body } = row;
  if (!(body instanceof Uint8Array)) throw new TypeError('a body is bytes by the schema');
  return {
    id: idOf(row),
    entity: String(row['entity']),
    eventId: String(row['eventId']),
    subject: String(row['subject']),
    leafHash: String(row['leafHash']),
    seal: String(row['seal']),
    body,
    ...(typeof traceparent === 'string' && { traceparent }),
    handedMs: Number(row['handedMs']),
  };
}
