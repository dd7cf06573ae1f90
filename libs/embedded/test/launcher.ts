/** A launcher to be killed: starts a nats-server and a stubborn child under a janitor, says their ids (again when the
 * janitor is another one), and stays. */
import { join } from 'node:path';
import { Child } from '../src/child.js';
import { Janitor } from '../src/janitor.js';
import { startNats } from '../src/nats.js';

const folder = process.argv[2] ?? '.';
const janitor = new Janitor({ graceMs: 500 });
const nats = await startNats({ storeDir: join(folder, 'nats'), janitor });
const stubborn = await Child.start({
  name: 'stubborn',
  command: process.execPath,
  args: ['-e', "process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)"],
  logFile: join(folder, 'stubborn.log'),
  tier: 1,
  janitor,
});
let told: number | undefined;
setInterval(() => {
  if (janitor.pid === told) return;
  told = janitor.pid;
  process.send?.({ nats: nats.pid, stubborn: stubborn.pid, janitor: told });
}, 10);
