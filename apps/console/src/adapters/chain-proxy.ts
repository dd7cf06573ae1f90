import { z } from 'zod';
import { InvalidRequestError, ServiceAwayError } from '../errors.js';
import { call, textOf } from './upstream.js';

const MOST_IN_A_BATCH = 20;
const MOST_BLOCKS = 10_000n;
const METHOD_NOT_FOUND = -32_601;

const rpcRequest = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(64), z.number()]),
  method: z.string().max(64),
  params: z.array(z.unknown()).max(4).default([]),
});
type RpcRequest = z.infer<typeof rpcRequest>;

const batch = z.union([rpcRequest, z.array(rpcRequest).min(1).max(MOST_IN_A_BATCH)]);
const quantity = z.string().regex(/^0x[0-9a-f]{1,16}$/i);
const callOf = z.object({ to: z.string(), data: z.string().optional(), input: z.string().optional() });
const logsOf = z.object({
  address: z.string(),
  fromBlock: quantity,
  toBlock: quantity,
  topics: z.array(z.unknown()).max(4).optional(),
});

/** The site's chain for browsers, reading only and of the site's contracts only. */
export class ChainProxy {
  constructor(
    private readonly url: string | undefined,
    /** In lower case. */
    private readonly contracts: () => ReadonlySet<string>,
  ) {}

  /** Answers as JSON-RPC 2.0 does. Throws InvalidRequestError for what is none, ServiceAwayError and NoAnswerError for the node. */
  async answer(asked: unknown): Promise<unknown> {
    const parsed = batch.safeParse(asked);
    if (!parsed.success)
      throw new InvalidRequestError(`Send JSON-RPC 2.0, at most ${MOST_IN_A_BATCH} requests in a batch.`);
    const requests = [parsed.data].flat();
    const allowed = requests.filter((request) => this.#mayAsk(request));
    const answers = new Map((await this.#ask(allowed)).map((answer) => [answer.id, answer] as const));
    const all = requests.map(({ id, method }) => answers.get(id) ?? refusal(id, method));
    return Array.isArray(parsed.data) ? all : all[0];
  }

  #mayAsk({ method, params }: RpcRequest): boolean {
    const [first] = params;
    switch (method) {
      case 'eth_chainId':
      case 'eth_blockNumber':
        return params.length === 0;
      case 'eth_getBlockByNumber':
        return params[1] !== true;
      case 'eth_getCode':
        return typeof first === 'string' && this.#isOurs(first);
      case 'eth_call': {
        const wanted = callOf.strict().safeParse(first);
        return wanted.success && this.#isOurs(wanted.data.to) && params.length <= 2;
      }
      case 'eth_getLogs': {
        const wanted = logsOf.strict().safeParse(first);
        if (!wanted.success || !this.#isOurs(wanted.data.address)) return false;
        const blocks = BigInt(wanted.data.toBlock) - BigInt(wanted.data.fromBlock);
        return blocks >= 0n && blocks <= MOST_BLOCKS;
      }
      default:
        return false;
    }
  }

  #isOurs(address: string): boolean {
    return this.contracts().has(address.toLowerCase());
  }

  async #ask(requests: readonly RpcRequest[]): Promise<readonly RpcAnswer[]> {
    if (requests.length === 0) return [];
    if (this.url === undefined) throw new ServiceAwayError('chain');
    const answer = await call({
      service: 'chain',
      base: this.url,
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(requests)),
    });
    const text = await textOf(answer);
    try {
      return z.array(rpcAnswer).parse(JSON.parse(text));
    } catch (cause) {
      throw new ServiceAwayError('chain', { cause });
    }
  }
}

const rpcAnswer = z.looseObject({ id: z.union([z.string(), z.number()]) });
type RpcAnswer = z.infer<typeof rpcAnswer>;

const refusal = (id: string | number, method: string): RpcAnswer => ({
  jsonrpc: '2.0',
  id,
  error: {
    code: METHOD_NOT_FOUND,
    message: `${method} is not passed on, or not so: reading of the site's contracts only`,
  },
});
