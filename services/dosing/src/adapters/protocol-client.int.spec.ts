import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProtocolChain } from '../../test/protocol-chain.js';
import { asked, NITROPRUSSIDE, QUESTION, REFERENCE_VECTORS, UNBOUNDED } from '../../test/protocols.js';
import { anyProtocol, decodePreview, encodePreview, questionsFor } from '../../test/random-questions.js';
import { evaluateProtocol, PROTOCOL_VERDICTS, type ProtocolRequest } from '../domain/protocol/index.js';
import { drugProtocol, protocolIdOf } from './protocol-abi.js';
import { ProtocolClient, type ProtocolOutcome } from './protocol-client.js';

let chain: ProtocolChain;
let client: ProtocolClient;
beforeAll(async () => {
  chain = await ProtocolChain.start();
  client = new ProtocolClient({ url: chain.url, contract: chain.contract });
  await chain.release(NITROPRUSSIDE);
});
afterAll(() => chain.remove());

const codeOf = (outcome: ProtocolOutcome) => (outcome.kind === 'refused' ? outcome.error.code : outcome.kind);

describe('the contract and our own arithmetic', () => {
  const PROTOCOLS = 200;
  const QUESTIONS_EACH = 500;

  it(`give the same answer to ${PROTOCOLS * QUESTIONS_EACH} questions, extremes among them`, async () => {
    const selector = drugProtocol.getFunction('preview')!.selector;
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(anyProtocol, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), async (protocol, seed) => {
        const questions = questionsFor(protocol, seed, QUESTIONS_EACH);
        const bytes = await chain.call(encodePreview(selector, protocol, questions));
        const answers = decodePreview(bytes, PROTOCOL_VERDICTS);
        const ours = questions.map((question) => evaluateProtocol(protocol, question));
        expect(answers).toEqual(ours);
        for (const { verdict, limits } of ours) {
          const kind = `${verdict} ${String(limits)}`;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
      }),
      { numRuns: PROTOCOLS, endOnFailure: true },
    );
    for (const verdict of PROTOCOL_VERDICTS) expect([...seen.keys()].join()).toContain(verdict);
    const bounds = [...seen.keys()].filter((kind) => kind.startsWith('dose '));
    for (const limit of [1, 2, 4, 8, 16]) {
      expect(bounds.filter((kind) => (Number(kind.slice(5)) & limit) > 0)).not.toEqual([]);
    }
  });

  it('agree on the id of any protocol', async () => {
    await fc.assert(
      fc.asyncProperty(anyProtocol, async (protocol) => {
        const id = await chain.call(drugProtocol.encodeFunctionData('idOf', [protocol]));
        expect(protocolIdOf(protocol)).toBe(id);
      }),
      { numRuns: 50 },
    );
  });

  it.each(REFERENCE_VECTORS)('agree on the reference: $vitals × $weights', async (vector) => {
    const { protocol, request } = asked(vector);
    const { accumulator, linearDose, dose } = vector;
    const named = { ...protocol, documentHash: `0x${'33'.repeat(32)}` };
    if ((await client.ask(named, request)).kind === 'refused') await chain.release(named);
    expect(await client.ask(named, request)).toMatchObject({
      kind: 'agreed',
      protocolId: protocolIdOf(named),
      answer: { verdict: 'dose', accumulator, linearDose, dose },
    });
  });
});

describe('a protocol that is asked', () => {
  it('answers alike on the chain and here, for a day of a patient', async () => {
    const questions: ProtocolRequest[] = questionsFor(NITROPRUSSIDE, 7n, 40);
    for (const question of questions) {
      expect(await client.ask(NITROPRUSSIDE, question)).toEqual({
        kind: 'agreed',
        protocolId: protocolIdOf(NITROPRUSSIDE),
        answer: evaluateProtocol(NITROPRUSSIDE, question),
      });
    }
  });

  it('refuses when one digit differs from what was released', async () => {
    const other = { ...NITROPRUSSIDE, beta: NITROPRUSSIDE.beta + 1n };
    expect(codeOf(await client.ask(other, QUESTION))).toBe('BCM-DOSING-PROTOCOL-NOT-IN-FORCE');
  });

  it('refuses when only one of two releasers has released it, and when it was withdrawn', async () => {
    const next = { ...NITROPRUSSIDE, maxRise: 500n };
    await chain.release(next, [0]);
    expect(codeOf(await client.ask(next, QUESTION))).toBe('BCM-DOSING-PROTOCOL-NOT-IN-FORCE');
    await chain.release(next, [1]);
    expect(codeOf(await client.ask(next, QUESTION))).toBe('agreed');
    await chain.withdraw(protocolIdOf(next));
    expect(codeOf(await client.ask(next, QUESTION))).toBe('BCM-DOSING-PROTOCOL-NOT-IN-FORCE');
  });

  it('refuses what the contract’s integers cannot hold, without asking', async () => {
    const outcome = await client.ask(NITROPRUSSIDE, { ...QUESTION, pressure: 2n ** 63n });
    expect(codeOf(outcome)).toBe('BCM-DOSING-PROTOCOL-INPUT');
    const nameless = { ...NITROPRUSSIDE, documentHash: 'none' };
    expect(codeOf(await client.ask(nameless, QUESTION))).toBe('BCM-DOSING-PROTOCOL-INPUT');
  });
});

describe('the contract at the address', () => {
  it('is ours', async () => {
    expect(await client.checkContract()).toBeUndefined();
  });

  it('is missing, and then nothing is authorised', async () => {
    const nowhere = new ProtocolClient({ url: chain.url, contract: `0x${'42'.repeat(20)}` });
    expect((await nowhere.checkContract())?.code).toBe('BCM-DOSING-PROTOCOL-CONTRACT');
    expect(codeOf(await nowhere.ask(NITROPRUSSIDE, QUESTION))).toBe('BCM-DOSING-PROTOCOL-CONTRACT');
  });
});

describe('a node that cannot be believed', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  /** A node that answers each question with this body, or never. */
  async function nodeSaying(body: string | undefined): Promise<ProtocolClient> {
    const server = createServer((_, response) => {
      if (body !== undefined) response.end(body);
    });
    servers.push(server);
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    return new ProtocolClient({
      url: `http://127.0.0.1:${String(port)}`,
      contract: chain.contract,
      timeoutMs: 200,
    });
  }
  const result = (answer: readonly unknown[]) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      result: drugProtocol.encodeFunctionResult('evaluate', [answer]),
    });

  it.each([
    ['a verdict', [1, 0, 1_000_000_000n, 1_000n, 1_000n]],
    ['the limits', [0, 4, 1_000_000_000n, 1_000n, 1_000n]],
    ['the accumulator', [0, 0, 1_000_000_001n, 1_000n, 1_000n]],
    ['the linear dose', [0, 0, 1_000_000_000n, 1_001n, 1_000n]],
    ['the dose by one nanogram', [0, 0, 1_000_000_000n, 1_000n, 1_001n]],
  ])('refuses when it differs in %s', async (_, answer) => {
    const outcome = await (await nodeSaying(result(answer))).ask(NITROPRUSSIDE, QUESTION);
    expect(codeOf(outcome)).toBe('BCM-DOSING-PROTOCOL-DIFFERS');
  });

  it('agrees when it says the same', async () => {
    const answer = [0, 0, 1_000_000_000n, 1_000n, 1_000n];
    expect(codeOf(await (await nodeSaying(result(answer))).ask(NITROPRUSSIDE, QUESTION))).toBe('agreed');
  });

  it.each([
    ['says nothing', undefined],
    ['says something that is not JSON', '<html>'],
    ['says null', 'null'],
    ['answers with half an answer', '{"result":"0x00000001"}'],
    ['answers with no bytes', '{"result":7}'],
    ['answers a verdict that nobody knows', `{"result":"0x${'09'.padStart(64, '0')}${'00'.repeat(128)}"}`],
    ['declines', '{"error":{"code":-32000,"message":"busy"}}'],
    ['reverts with words that are not ours', '{"error":{"code":3,"message":"revert","data":"0xdeadbeef"}}'],
  ])('refuses when it %s', async (_, body) => {
    const outcome = await (await nodeSaying(body)).ask(NITROPRUSSIDE, QUESTION);
    expect(codeOf(outcome)).toBe('BCM-DOSING-PROTOCOL-UNANSWERED');
  });

  it('refuses while another program stands at the address', async () => {
    const impostor = await nodeSaying('{"result":"0x6001"}');
    expect((await impostor.checkContract())?.code).toBe('BCM-DOSING-PROTOCOL-CONTRACT');
    const silent = await nodeSaying(undefined);
    expect((await silent.checkContract())?.code).toBe('BCM-DOSING-PROTOCOL-UNANSWERED');
  });
});

describe('a node that died', () => {
  it('leaves every question refused', async () => {
    const other = await ProtocolChain.start();
    const asking = new ProtocolClient({ url: other.url, contract: other.contract });
    await other.release(UNBOUNDED);
    expect(codeOf(await asking.ask(UNBOUNDED, QUESTION))).toBe('agreed');
    await other.kill();
    expect(codeOf(await asking.ask(UNBOUNDED, QUESTION))).toBe('BCM-DOSING-PROTOCOL-UNANSWERED');
    await other.remove();
  });
});
