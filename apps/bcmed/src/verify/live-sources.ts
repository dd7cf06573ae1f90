import { ChainClient, type AnchorHead } from '@bcmed/chain';
import { sealOf, subjects, type EventLog, type LogMessage } from '@bcmed/event-log';
import type { BlockSource, ChainSource, LogSource } from '@bcmed/verification';
import { Wallet } from 'ethers';
import type { StreamEntry } from '@bcmed/admission';

export function streamLog(log: EventLog): LogSource {
  return {
    place: 'stream',
    lastPosition: () => log.lastPosition(),
    async *slots(from, to) {
      for await (const entry of log.readRange(from, to))
        yield entry.missing ? { position: entry.position, missing: true } : toEntry(entry);
    },
  };
}

export function streamBlocks(log: EventLog, site: string): BlockSource {
  return {
    place: 'blocks',
    async *confirmations(fromBlock) {
      const first = await positionOf(log, site, fromBlock);
      if (first === undefined) return;
      for await (const entry of log.readRange(first, await log.lastPosition()))
        if (!entry.missing) yield toEntry(entry);
    },
    async newest() {
      const last = await log.lastPosition();
      const message = last === 0n ? undefined : await log.readAt(last);
      return message && toEntry(message);
    },
  };
}

async function positionOf(log: EventLog, site: string, block: bigint): Promise<bigint | undefined> {
  for await (const message of log.readSubject(subjects.block(site, block))) return message.position;
  return undefined;
}

function toEntry(message: LogMessage): StreamEntry {
  return { position: message.position, subject: message.subject, seal: sealOf(message), body: message.body };
}

export function chainSource(url: string): ChainSource {
  return {
    kind: 'live',
    async readContract(contract) {
      const client = await ChainClient.connect({ url, sender: Wallet.createRandom() });
      const anchor = client.anchorAt(contract);
      const head: AnchorHead | 'no-contract' = await anchor.readHead();
      if (head === 'no-contract') return head;
      return { chainId: client.chainId, contract: anchor.contract, head, rules: await anchor.readRules() };
    },
  };
}
