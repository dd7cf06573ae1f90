import { drugProtocolArtifact } from '@bcmed/contracts';
import {
  evaluateProtocol,
  fieldsOutOfRange,
  PROTOCOL_WIDTHS,
  REQUEST_WIDTHS,
  type DrugProtocol,
  type ProtocolAnswer,
  type ProtocolRequest,
} from '../domain/protocol/index.js';
import {
  ProtocolContractError,
  ProtocolDiffersError,
  ProtocolInputError,
  ProtocolNotInForceError,
  ProtocolUnansweredError,
  type DosingError,
} from '../errors.js';
import {
  decodeEvaluate,
  decodeProtocol,
  drugProtocol,
  encodeEvaluate,
  encodeProtocolOf,
  protocolIdOf,
} from './protocol-abi.js';
import { EthRpc, RpcDeclined, type EthRpcOptions } from './eth-rpc.js';

/** Both arithmetics gave this answer, or there is none and nobody may act as if there were. */
export type ProtocolOutcome =
  | { readonly kind: 'agreed'; readonly protocolId: string; readonly answer: ProtocolAnswer }
  | { readonly kind: 'refused'; readonly error: DosingError };

/** Where the contract is asked. */
export interface ProtocolClientOptions extends EthRpcOptions {
  /** Address of the site's DrugProtocol. */
  readonly contract: string;
}

/**
 * Asks the site's DrugProtocol by eth_call and compares with our own arithmetic. It writes nothing and needs no key.
 *
 * Promises: `agreed` only when the node answered, the protocol is in force on the chain, and every field of the two answers is
 * equal. Everything else is `refused`, never an exception: no answer in time, other bytes, another program, any difference.
 * Trusts the node with nothing but availability: the protocol is known by the hash of its numbers, which we compute ourselves.
 */
export class ProtocolClient {
  private readonly rpc: EthRpc;
  private readonly contract: string;

  constructor(options: ProtocolClientOptions) {
    this.rpc = new EthRpc(options);
    this.contract = options.contract;
  }

  /** Whether our program stands at the address, byte for byte; to be asked at start and shown by health. */
  async checkContract(): Promise<DosingError | undefined> {
    let code: string;
    try {
      code = await this.rpc.requestHex('eth_getCode', [this.contract, 'latest']);
    } catch (cause) {
      return new ProtocolUnansweredError(`no code of ${this.contract} from the node`, { cause });
    }
    if (code === '0x') return new ProtocolContractError(`no contract at ${this.contract}`);
    if (withoutImmutables(code) === drugProtocolArtifact.deployedBytecode) return undefined;
    return new ProtocolContractError(`${this.contract} runs another program than DrugProtocol`);
  }

  /**
   * The numbers of a protocol, from the chain: they are believed because their hash is the id. Gives the error instead when there
   * are none, or others.
   */
  async numbersOf(protocolId: string): Promise<DrugProtocol | DosingError> {
    try {
      const data = encodeProtocolOf(protocolId);
      const bytes = await this.rpc.requestHex('eth_call', [{ to: this.contract, data }, 'latest']);
      if (bytes === '0x') return new ProtocolContractError(`no contract at ${this.contract}`);
      const protocol = decodeProtocol(bytes);
      if (protocolIdOf(protocol) === protocolId) return protocol;
      return new ProtocolDiffersError(
        `the numbers that the chain gives for ${protocolId} are not those of its id`,
      );
    } catch (cause) {
      const words = cause instanceof RpcDeclined ? notInForce(cause) : undefined;
      if (words !== undefined)
        return new ProtocolNotInForceError(`protocol ${protocolId} ${words}`, { cause });
      return new ProtocolUnansweredError(`no numbers of protocol ${protocolId}`, { cause });
    }
  }

  /** The dose of a protocol for these vitals, from the chain and from ourselves. */
  async ask(protocol: DrugProtocol, request: ProtocolRequest): Promise<ProtocolOutcome> {
    const wrong = [
      ...fieldsOutOfRange(protocol, PROTOCOL_WIDTHS),
      ...fieldsOutOfRange(request, REQUEST_WIDTHS),
    ];
    if (wrong.length > 0) {
      return refused(new ProtocolInputError(`out of the contract's range: ${wrong.join(', ')}`));
    }
    if (!/^0x[0-9a-f]{64}$/i.test(protocol.documentHash)) {
      return refused(new ProtocolInputError('documentHash is not 0x and 64 hexadecimal digits'));
    }
    const protocolId = protocolIdOf(protocol);
    const onChain = await this.answerOnChain(protocolId, request);
    if (onChain.kind === 'refused') return onChain;
    const difference = differing(onChain.answer, evaluateProtocol(protocol, request));
    if (difference !== undefined) {
      return refused(new ProtocolDiffersError(`protocol ${protocolId}: ${difference}`));
    }
    return onChain;
  }

  private async answerOnChain(protocolId: string, request: ProtocolRequest): Promise<ProtocolOutcome> {
    try {
      const data = encodeEvaluate(protocolId, request);
      const bytes = await this.rpc.requestHex('eth_call', [{ to: this.contract, data }, 'latest']);
      if (bytes === '0x') return refused(new ProtocolContractError(`no contract at ${this.contract}`));
      return { kind: 'agreed', protocolId, answer: decodeEvaluate(bytes) };
    } catch (cause) {
      const words = cause instanceof RpcDeclined ? notInForce(cause) : undefined;
      if (words !== undefined)
        return refused(new ProtocolNotInForceError(`protocol ${protocolId} ${words}`, { cause }));
      return refused(new ProtocolUnansweredError(`no answer for protocol ${protocolId}`, { cause }));
    }
  }
}

function refused(error: DosingError): ProtocolOutcome {
  return { kind: 'refused', error };
}

/** The contract's own words for a protocol that may not be used; undefined for any other refusal. */
function notInForce({ data }: RpcDeclined): string | undefined {
  const error = data === undefined ? null : drugProtocol.parseError(data);
  if (error?.name === 'Withdrawn') return 'was withdrawn';
  return error?.name === 'NotReleased' ? 'is not released' : undefined;
}

function differing(chain: ProtocolAnswer, ours: ProtocolAnswer): string | undefined {
  const fields = ['verdict', 'limits', 'accumulator', 'linearDose', 'dose'] as const;
  const field = fields.find((name) => chain[name] !== ours[name]);
  if (field === undefined) return undefined;
  return `the chain says ${field} ${String(chain[field])}, our arithmetic ${String(ours[field])}`;
}

/** The code with what the constructor filled in taken out again. */
function withoutImmutables(code: string): string {
  let masked = code;
  for (const { start, length } of drugProtocolArtifact.immutables) {
    const from = 2 + 2 * start;
    masked = masked.slice(0, from) + '00'.repeat(length) + masked.slice(from + 2 * length);
  }
  return masked;
}
