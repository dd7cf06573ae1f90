/** How to reach a node's JSON-RPC over HTTP. */
export interface EthRpcOptions {
  readonly url: string;
  /** A request without a whole answer after this long counts as unanswered. Default 2,000. */
  readonly timeoutMs?: number;
  /** Sent with each request, for a node behind a token. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The node answered and said no; `data` is what the contract reverted with, if it was the contract. */
export class RpcDeclined extends Error {
  constructor(
    method: string,
    message: string,
    readonly data: string | undefined,
  ) {
    super(`${method}: ${message}`);
  }
}

/** Two questions that change nothing: no batching, no retry, no cache. (`libs/chain` has the client that sends transactions.) */
export class EthRpc {
  constructor(private readonly options: EthRpcOptions) {}

  /** Throws RpcDeclined when the node said no, and any other error when there is no answer. */
  async requestHex(method: 'eth_call' | 'eth_getCode', params: readonly unknown[]): Promise<string> {
    const { url, timeoutMs = 2_000, headers } = this.options;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: unknown = await response.json();
    if (!isRecord(answer)) throw new TypeError(`${method}: not JSON-RPC`);
    if (isRecord(answer['error'])) throw declined(method, answer['error']);
    const { result } = answer;
    if (typeof result !== 'string' || !/^0x(?:[0-9a-f]{2})*$/i.test(result)) {
      throw new TypeError(`${method}: an answer without bytes`);
    }
    return result;
  }
}

/** Nodes put a revert's bytes into `data`, `data.data` or `data.result`. */
function declined(method: string, error: Record<string, unknown>): RpcDeclined {
  const { message, data } = error;
  const nested = isRecord(data) ? (data['data'] ?? data['result']) : data;
  const bytes = typeof nested === 'string' && /^0x(?:[0-9a-f]{2})+$/i.test(nested) ? nested : undefined;
  return new RpcDeclined(method, typeof message === 'string' ? message : JSON.stringify(error), bytes);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
