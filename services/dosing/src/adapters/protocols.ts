import type { ProtocolResult } from '../domain/order/index.js';
import type { DrugProtocol, ProtocolRequest } from '../domain/protocol/index.js';
import { DosingError, TOLD } from '../errors.js';
import { ProtocolClient } from './protocol-client.js';

/** Where the site's protocols are; undefined when the configuration names no chain. */
export interface ProtocolsSettings {
  readonly url: string | undefined;
  readonly contract: string | undefined;
}

const PROBE_MS = 1_000;

/**
 * Asks protocols by their id alone. Without a chain every answer is a refusal, which keeps back only the drugs that need one.
 * Numbers of a protocol never change, so they are kept; whether it is in force is asked of the chain with every question.
 */
export class Protocols {
  readonly #client: ProtocolClient | undefined;
  /** Answers sooner than a health check is given up, so that a dead chain is told as such. */
  readonly #probe: ProtocolClient | undefined;
  readonly #numbers = new Map<string, DrugProtocol>();

  constructor({ url, contract }: ProtocolsSettings) {
    if (url === undefined || contract === undefined) return;
    this.#client = new ProtocolClient({ url, contract });
    this.#probe = new ProtocolClient({ url, contract, timeoutMs: PROBE_MS });
  }

  get isConfigured(): boolean {
    return this.#client !== undefined;
  }

  /** What is wrong with chain or contract now. */
  async fault(): Promise<string | undefined> {
    if (this.#probe === undefined)
      return `${TOLD.protocolNotConfigured}: CHAIN_RPC_URL and DRUG_PROTOCOL_ADDRESS are not set`;
    const error = await this.#probe.checkContract();
    return error && `${error.code}: ${error.message}`;
  }

  /** Never throws. */
  async ask(protocolId: string, request: ProtocolRequest): Promise<ProtocolResult> {
    if (this.#client === undefined) return { kind: 'refused', code: TOLD.protocolNotConfigured };
    const numbers = this.#numbers.get(protocolId) ?? (await this.#client.numbersOf(protocolId));
    if (numbers instanceof DosingError) return { kind: 'refused', code: numbers.code };
    this.#numbers.set(protocolId, numbers);
    const outcome = await this.#client.ask(numbers, request);
    if (outcome.kind === 'refused') return { kind: 'refused', code: outcome.error.code };
    const { verdict, dose } = outcome.answer;
    return { kind: 'agreed', protocolId, verdict, doseNanogramPerKgPerMin: dose };
  }
}
