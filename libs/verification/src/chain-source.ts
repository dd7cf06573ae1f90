import { ChainClient } from '@bcmed/chain';
import { Wallet } from 'ethers';
import type { ChainContract, ChainSource } from './ports.js';

/** Nothing is ever sent: a client must be somebody, and this one is known to everybody. */
const NOBODY = new Wallet(`0x${'00'.repeat(31)}01`);

export interface ChainSourceSettings {
  /** JSON-RPC over HTTP. */
  readonly rpcUrl: string;
  /** Refuse any other chain. */
  readonly chainId?: bigint;
}

/** The live chain. Connects anew for every question, so a node that comes back is found. */
export function chainSource({ rpcUrl, chainId }: ChainSourceSettings): ChainSource {
  return {
    kind: 'live',
    readContract: async (contract): Promise<ChainContract | 'no-contract'> => {
      const expected = chainId === undefined ? {} : { chainId };
      const client = await ChainClient.connect({ url: rpcUrl, sender: NOBODY, ...expected });
      const anchor = client.anchorAt(contract);
      const head = await anchor.readHead();
      if (head === 'no-contract') return head;
      return { chainId: client.chainId, contract: anchor.contract, head, rules: await anchor.readRules() };
    },
  };
}
