import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMBEDDED_CHAIN_ID, startAnvil } from '../src/index.js';
import { stopAfterwards, temporaryFolder } from './temporary.js';

async function rpc(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer: unknown = await response.json();
  return typeof answer === 'object' && answer !== null && 'result' in answer ? answer.result : answer;
}

const transfer = {
  from: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  value: '0x1',
};

/** Sends and waits for the block: the node answers a moment earlier, and two quick transactions may share one. */
async function send(url: string): Promise<void> {
  const hash = await rpc(url, 'eth_sendTransaction', [transfer]);
  await expect.poll(() => rpc(url, 'eth_getTransactionReceipt', [hash])).toMatchObject({ status: '0x1' });
}

describe('the embedded EVM node', () => {
  it('is a private chain on which nothing costs anything', async () => {
    const node = stopAfterwards(await startAnvil({ stateFile: join(temporaryFolder(), 'state.json') }));
    await expect(rpc(node.url, 'eth_chainId')).resolves.toBe(`0x${EMBEDDED_CHAIN_ID.toString(16)}`);
    const hash = await rpc(node.url, 'eth_sendTransaction', [{ ...transfer, gasPrice: '0x0' }]);
    // The node answers when it has the transaction, a moment before it has the block.
    await expect
      .poll(() => rpc(node.url, 'eth_getTransactionReceipt', [hash]))
      .toMatchObject({ status: '0x1' });
  });

  it('has its blocks again after an orderly end', async () => {
    const stateFile = join(temporaryFolder(), 'state.json');
    const first = stopAfterwards(await startAnvil({ stateFile }));
    for (let n = 0; n < 5; n += 1) await send(first.url);
    await expect(rpc(first.url, 'eth_blockNumber')).resolves.toBe('0x5');
    await first.stop();
    const second = stopAfterwards(await startAnvil({ stateFile }));
    await expect(rpc(second.url, 'eth_blockNumber')).resolves.toBe('0x5');
    expect(second.unreadableState).toBeUndefined();
  });

  it('forgets old blocks at a start, and nothing of what accounts hold', async () => {
    const stateFile = join(temporaryFolder(), 'state.json');
    const first = stopAfterwards(await startAnvil({ stateFile }));
    for (let n = 0; n < 40; n += 1) await send(first.url);
    const height = await rpc(first.url, 'eth_blockNumber');
    const balance = await rpc(first.url, 'eth_getBalance', [transfer.to, 'latest']);
    await first.stop();
    const before = statSync(stateFile).size;
    const second = stopAfterwards(await startAnvil({ stateFile }));
    expect(statSync(stateFile).size).toBeLessThan(before / 2);
    await expect(rpc(second.url, 'eth_blockNumber')).resolves.toBe(height);
    await expect(rpc(second.url, 'eth_getBalance', [transfer.to, 'latest'])).resolves.toBe(balance);
  });

  it('comes back shorter after it was killed, which its users must expect', async () => {
    const stateFile = join(temporaryFolder(), 'state.json');
    const first = stopAfterwards(await startAnvil({ stateFile }));
    await rpc(first.url, 'eth_sendTransaction', [transfer]);
    await first.kill();
    const second = stopAfterwards(await startAnvil({ stateFile, port: first.port }));
    await expect(rpc(second.url, 'eth_blockNumber')).resolves.toBe('0x0');
  });

  it('puts a state file that was cut off mid-write aside, and says where', async () => {
    const stateFile = join(temporaryFolder(), 'state.json');
    writeFileSync(stateFile, '{"block":{"number":"0x1"');
    const node = stopAfterwards(await startAnvil({ stateFile }));
    expect(node.unreadableState).toBeDefined();
    expect(readFileSync(node.unreadableState ?? '', 'utf8')).toContain('"block"');
    expect(existsSync(stateFile)).toBe(false);
  });

  it('gives an innocent state file back when something else is wrong', async () => {
    const stateFile = join(temporaryFolder(), 'state.json');
    await (await startAnvil({ stateFile })).stop();
    const refusal = startAnvil({ stateFile, extraArguments: ['--no-such-flag'] });
    await expect(refusal).rejects.toMatchObject({ code: 'BCM-EMBEDDED-START-FAILED' });
    expect(existsSync(stateFile)).toBe(true);
  });
});
