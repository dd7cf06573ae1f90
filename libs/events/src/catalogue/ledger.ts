import { z } from 'zod';
import { blockHeader, leafException, rejectionReason } from '../block.js';
import { defineEvent } from '../define.js';
import { address, bytes32, decimal, publicJwk, sha256 } from '../terms.js';

const site = 'the site';
const position = decimal.describe('Position in the stream EVENTS');

export const EpochOpened = defineEvent('ledger', 'epoch-opened', {
  entity: site,
  sentence: 'The first event of a stream: which root key and which validators this log is to be judged by.',
  data: z.object({
    epoch: z.number().int().min(1).describe('Number of the epoch, from 1'),
    epochBase: decimal.describe('Leaf index of position 1'),
    ruleSet: z.literal(1).describe('Version of the rules of admission'),
    rootKey: publicJwk,
    validators: z.array(address).min(1).max(64).describe('Addresses whose signatures count, ascending'),
    quorum: z.number().int().min(1).max(64).describe('Signatures that make a block valid'),
  }),
  example: {
    entity: 's1',
    data: {
      epoch: 1,
      epochBase: '0',
      ruleSet: 1,
      rootKey: {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
      validators: ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8'],
      quorum: 1,
    },
  },
});

export const EventRejected = defineEvent('ledger', 'event-rejected', {
  entity: 'position that was refused',
  sentence: 'A position of the stream holds something that was not admitted; its leaf is a rejection record.',
  data: z.object({
    position,
    reason: rejectionReason,
    subject: z.string().max(512).describe('NATS subject that it arrived on'),
    detail: z.string().max(512).optional().describe('What exactly was wrong'),
  }),
  example: {
    entity: '42',
    data: { position: '42', reason: 'bad-signature', subject: 'bcmed.s1.pump.8002-51740.rate-changed' },
  },
});

const senderGap = z.object({
  keyId: sha256.describe('Key of the sender'),
  pump: z.string().max(128).describe('Entity of the chain'),
  chain: z.uuid().describe('Start id of the chain'),
  firstMissing: decimal.describe('First number of the hole'),
  lastMissing: decimal.describe('Last number of the hole'),
  position: position.describe('Position at which this was seen'),
});
const gapExample = {
  entity: '8002-51740',
  data: {
    keyId: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    pump: '8002-51740',
    chain: '01994f7e-7c00-7000-8000-000000000001',
    firstMissing: '17',
    lastMissing: '18',
    position: '4711',
  },
};

export const SenderGapFound = defineEvent('ledger', 'sender-gap-found', {
  entity: 'entity of the chain',
  sentence: 'A sender numbered an event higher than the next: what lies between is missing.',
  data: senderGap,
  example: gapExample,
});

export const SenderGapClosed = defineEvent('ledger', 'sender-gap-closed', {
  entity: 'entity of the chain',
  sentence: 'Everything that was missing in a hole of a sender arrived, and the links fit.',
  data: senderGap,
  example: gapExample,
});

const anchorPlace = {
  chainId: decimal.describe('EVM chain id'),
  contract: address.describe('The BlockAnchor contract'),
};

export const ChainReanchored = defineEvent('ledger', 'chain-reanchored', {
  entity: site,
  sentence: 'The chain had lost anchors, so the log was anchored again, linked to its predecessor.',
  data: z.object({
    ...anchorPlace,
    predecessor: address.optional().describe('The contract before; absent when the same contract caught up'),
    reason: z.enum(['chain-behind', 'contract-missing']).describe('What was found'),
    firstBlock: decimal.describe('First block that was anchored again'),
    lastBlock: decimal.describe('Last block that was anchored again'),
  }),
  example: {
    entity: 's1',
    data: {
      chainId: '20777',
      contract: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
      predecessor: '0xe7f1725e7734ce288f8367e1bb143e90bb3f0512',
      reason: 'contract-missing',
      firstBlock: '812',
      lastBlock: '812',
    },
  },
});

export const BlockAnchored = defineEvent('ledger', 'block-anchored', {
  entity: 'number of the block',
  stream: 'BLOCKS',
  sentence:
    'A block is confirmed on the chain; with frontier and leaf hashes any reader can check that an entry is in it.',
  data: z.object({
    header: blockHeader,
    blockHash: bytes32.describe('EIP-712 struct hash of the header'),
    signatures: z
      .array(z.object({ signer: address, signature: z.string().regex(/^0x[0-9a-f]{130}$/) }))
      .min(1)
      .describe('Signatures of validators over the header, ascending by signer'),
    frontier: z.array(sha256).max(64).describe('Compact range of the tree before this block, left to right'),
    leafHashes: z.array(sha256).min(1).describe('Leaf hash of every position of this block, in order'),
    exceptions: z.array(leafException).describe('Positions whose leaf is a rejection record'),
    anchor: z
      .object({
        ...anchorPlace,
        transactionHash: bytes32
          .optional()
          .describe('Transaction that anchored the block; absent when the node no longer knows it'),
        chainBlockNumber: decimal.optional().describe('Block of the EVM chain that holds the transaction'),
      })
      .describe('Where the block was anchored'),
  }),
  example: {
    entity: '1',
    data: {
      header: {
        site: 's1',
        number: '1',
        firstSequence: '1',
        lastSequence: '1',
        treeSize: '1',
        rootHash: `0x${'6e34'.repeat(16)}`,
        previousHash: `0x${'00'.repeat(32)}`,
        timeMs: '1795176000000',
      },
      blockHash: `0x${'ab12'.repeat(16)}`,
      signatures: [
        { signer: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', signature: `0x${'1b'.repeat(65)}` },
      ],
      frontier: [],
      leafHashes: ['bjQLnP-zepicpUTmu3gKLHiQHTP7NzZ4hRFqYwoXr6A'],
      exceptions: [],
      anchor: {
        chainId: '20777',
        contract: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
        transactionHash: `0x${'cd34'.repeat(16)}`,
        chainBlockNumber: '7',
      },
    },
  },
});
