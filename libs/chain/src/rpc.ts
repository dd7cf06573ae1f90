import { NodeUnreachableError } from './errors.js';

/** How to reach a node's JSON-RPC over HTTP. */
export interface NodeAddress {
  readonly url: string;
  /** A request that has no whole answer after this long counts as unanswered. */
  readonly requestTimeoutMs: number;
  /** Sent with each request, for a node behind a token. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The node answered with a JSON-RPC error: it lives, and it declined. `data` is the contract's own words, if any. */
export class RpcRefusal extends Error {
  constructor(
    readonly method: string,
    message: string,
    readonly data: string | undefined,
  ) {
    super(`${method}: ${message}`);
  }
}

/** No answer. `arrived` tells whether the request may have reached the node all the same. */
export class TransportFailure extends NodeUnreachableError {
  constructor(
    message: string,
    readonly arrived: 'no' | 'perhaps',
    options: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * One node's JSON-RPC, a request at a time and each on its own: no batching, no retry, no cache, and no state that could
 * be stale after the node came back. (ethers' provider retries its start-up for ever and hides which side of the wire
 * a fault is on; here the caller has to know that to say whether a transaction is lost or in doubt.)
 */
export class NodeRpc {
  private nextId = 1;

  constructor(private readonly address: NodeAddress) {}

  /** The `result` of the answer. Throws `RpcRefusal` when the node declined and `TransportFailure` without an answer. */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: this.nextId++, method, params });
    const answer = await this.post(method, body);
    if (!isRecord(answer)) throw new TransportFailure(`${method}: not JSON-RPC`, 'perhaps', {});
    if (answer['error'] !== undefined && answer['error'] !== null) throw refusal(method, answer['error']);
    return answer['result'];
  }

  /** As `request`, for the many answers that are `0x` hex. */
  async requestHex(method: string, params: readonly unknown[]): Promise<string> {
    const result = await this.request(method, params);
    if (typeof result !== 'string' || !result.startsWith('0x')) {
      throw new TransportFailure(`${method}: the node answered without a value`, 'perhaps', {});
    }
    return result;
  }

  /** As `request`, for answers that are an object or `null`. */
  async requestRecord(
    method: string,
    params: readonly unknown[],
  ): Promise<Record<string, unknown> | undefined> {
    const result = await this.request(method, params);
    return isRecord(result) ? result : undefined;
  }

  private async post(method: string, body: string): Promise<unknown> {
    try {
      const response = await fetch(this.address.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.address.headers },
        body,
        signal: AbortSignal.timeout(this.address.requestTimeoutMs),
      });
      return await response.json();
    } catch (cause) {
      const code = errorCode(cause);
      const arrived = NEVER_CONNECTED.has(code) ? 'no' : 'perhaps';
      throw new TransportFailure(`${method}: the node does not answer (${code})`, arrived, { cause });
    }
  }
}

/** Failures before the first byte could leave. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? error.name : errorCode(error.cause);
}

/** Nodes put a revert's bytes into `data`, `data.data` or `data.result`; all three are read. */
function refusal(method: string, error: unknown): RpcRefusal {
  if (!isRecord(error)) return new RpcRefusal(method, JSON.stringify(error), undefined);
  const { message, data } = error;
  const nested = isRecord(data) ? (data['data'] ?? data['result']) : data;
  const bytes = typeof nested === 'string' && /^0x(?:[0-9a-f]{2})+$/i.test(nested) ? nested : undefined;
  return new RpcRefusal(method, typeof message === 'string' ? message : JSON.stringify(error), bytes);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
