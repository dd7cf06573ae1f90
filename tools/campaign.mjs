/**
 * `npm run campaign -- <name> [--times N]`: one long test (`<name>.campaign.spec.ts`), again and again until it has
 * held N times in a row or failed once. A line `@times 10` in the file's first comment is its own N. `judges` is every test that asks
 * somebody else's program (`*.extra.spec.ts`). Without a name: the list.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from './lib/commands.mjs';
import { setUp } from './lib/setup.mjs';
import { bold, fail, say, SetupError } from './lib/terminal.mjs';
import { emptyTotal, printTotal, runVitest } from './lib/vitest.mjs';

const SUFFIX = '.campaign.spec.ts';
const JUDGES = '.extra.spec.ts';

function findCampaigns() {
  const files = ['libs', 'services', 'apps', 'contracts', 'test'].flatMap((folder) =>
    filesUnder(join(ROOT, folder)),
  );
  const campaigns = files
    .filter((path) => path.endsWith(SUFFIX))
    .map((path) => ({
      name: basename(path, SUFFIX),
      times: timesOf(path),
      args: ['--config', 'vitest.campaign.config.mjs', path],
    }));
  const judges = files.filter((path) => path.endsWith(JUDGES));
  return [...campaigns, { name: 'judges', times: 1, args: judges }];
}

function filesUnder(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => !['node_modules', 'dist'].includes(entry.name))
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
    );
}

function timesOf(path) {
  return Number(/@times\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? 1);
}

function chooseCampaign(name) {
  const campaigns = findCampaigns();
  const found = campaigns.find((campaign) => campaign.name === name);
  if (found !== undefined) return found;
  const list = campaigns.map((campaign) => `${campaign.name} (${campaign.times} times)`).join('\n');
  throw new SetupError(name === undefined ? 'Which campaign?' : `There is no campaign ${name}.`, {
    output: list === '' ? 'none yet' : list,
    remedy: 'npm run campaign -- <name> [--times N]',
  });
}

function parseArguments(args) {
  const at = args.indexOf('--times');
  const times = at === -1 ? undefined : Number(args[at + 1]);
  if (times !== undefined && !(Number.isInteger(times) && times > 0)) {
    throw new SetupError('--times wants a whole number above zero.');
  }
  const rest = at === -1 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
  return { name: rest[0], times, rest: rest.slice(1) };
}

async function main() {
  const { name, times: asked, rest } = parseArguments(process.argv.slice(2));
  const campaign = chooseCampaign(name);
  await setUp();
  const total = emptyTotal();
  const times = asked ?? campaign.times;
  for (let run = 1; run <= times && total.failed === 0; run += 1) {
    say(`\n${bold(`Campaign ${campaign.name}: run ${run} of ${times}`)}`);
    await runVitest(total, [...campaign.args, ...rest], {
      BCMED_CAMPAIGN_RUN: String(run),
    });
  }
  printTotal(total);
  process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
}

await main().catch(fail);
