import { RegistryUnavailableError } from '../errors.js';

/** One node's JSON-RPC over HTTP: no batching, no retry, no cache. */
export class EthRpc {
  constructor(
    private readonly url: string,
    private readonly timeoutMs = 5_000,
  ) {}

  /** The `result`. Throws RegistryUnavailableError for no answer and for a refusal, whose words it repeats. */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    const answer = await this.#post(method, params);
    if (typeof answer !== 'object' || answer === null)
      throw new RegistryUnavailableError(`${method}: the node did not answer in JSON-RPC`);
    if ('error' in answer && answer.error !== null)
      throw new RegistryUnavailableError(`${method}: the node refused: ${wordsOf(answer.error)}`);
    return 'result' in answer ? answer.result : undefined;
  }

  async hex(method: string, params: readonly unknown[]): Promise<string> {
    const result = await this.request(method, params);
    if (typeof result === 'string' && /^0x[0-9a-f]*$/i.test(result)) return result;
    throw new RegistryUnavailableError(`${method}: an answer without bytes`);
  }

  async record(method: string, params: readonly unknown[]): Promise<Record<string, unknown> | undefined> {
    const result = await this.request(method, params);
    // An object of the node, whose members are looked at one by one.
    return typeof result === 'object' && result !== null ? (result as Record<string, unknown>) : undefined;
  }

  async #post(method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      return await response.json();
    } catch (cause) {
      throw new RegistryUnavailableError(`${method}: the node does not answer`, { cause });
    }
  }
}

function wordsOf(error: unknown): string {
  const words =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : JSON.stringify(error);
  return String(words).slice(0, 200);
}
