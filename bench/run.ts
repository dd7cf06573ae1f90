/**
 * `npm run bench -- <name> [--json]`: figures, not tests. Each run prints the machine, the load, what was measured, and the limits of the
 * same run that it is compared with. Standard output holds the result only.
 */
import { cpus, platform, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { access } from './access.ts';
import { adapter } from './adapter.ts';
import { alarm } from './alarm.ts';
import { hour } from './hour.ts';
import { latency } from './latency.ts';
import { ledger } from './ledger.ts';
import { order } from './order.ts';
import { revocation } from './revocation.ts';
import { renderTable, type Benchmark } from './table.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  latency,
  adapter,
  ledger,
  hour,
  order,
  alarm,
  access,
  revocation,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, seconds: { type: 'string' } },
});
const [name = ''] = positionals;
const benchmark = BENCHMARKS[name];
if (!benchmark) {
  process.stderr.write(
    `Name one of: ${Object.keys(BENCHMARKS).join(', ')}. --seconds N changes the length, --json prints JSON.\n`,
  );
  process.exit(2);
}
const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const result = await benchmark({ say, ...(seconds === undefined ? {} : { seconds }) });
const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  processors: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${release()}`,
  node: process.version,
};
process.stdout.write(
  values.json ? `${JSON.stringify({ name, machine, ...result })}\n` : renderTable(name, machine, result),
);
process.exit();
