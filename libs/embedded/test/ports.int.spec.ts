import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort, isPortFree, PortBook } from '../src/index.js';
import { temporaryFolder } from './temporary.js';

async function occupy(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

describe('the book of ports', () => {
  it('finds the same ports again at the next start', async () => {
    const file = join(temporaryFolder(), 'ports.json');
    const nats = await new PortBook(file).claim('nats');
    await expect(new PortBook(file).claim('nats')).resolves.toBe(nats);
  });

  it('gives way without fuss when somebody took a remembered port', async () => {
    const file = join(temporaryFolder(), 'ports.json');
    const before = await new PortBook(file).claim('nats');
    await occupy(before);
    const after = await new PortBook(file).claim('nats');
    expect(after).not.toBe(before);
    await expect(isPortFree(after)).resolves.toBe(true);
  });

  it('does not give way when a person asked for the port by number', async () => {
    const port = await freePort();
    await occupy(port);
    const book = new PortBook(join(temporaryFolder(), 'ports.json'));
    await expect(book.claim('the console', port)).rejects.toMatchObject({
      code: 'BCM-EMBEDDED-PORT-OCCUPIED',
      port,
      message: expect.stringContaining('the console') as unknown,
    });
  });

  it('gives two purposes two ports, and starts anew when its file is damaged', async () => {
    const file = join(temporaryFolder(), 'ports.json');
    writeFileSync(file, '{"nats": "no number", "pos');
    const book = new PortBook(file);
    expect(await book.claim('nats')).not.toBe(await book.claim('postgres'));
  });
});
