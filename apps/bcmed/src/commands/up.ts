import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataDir } from '@bcmed/embedded';
import { perSecond, renderLive } from '../live/render.js';
import { Screen } from '../live/screen.js';
import { SiteWatch } from '../live/site-watch.js';
import { terminalProgress, type Progress } from '../stack/progress.js';
import { shown } from '../stack/paths.js';
import { Stack, type WardOptions } from '../stack/stack.js';
import { SiteVerifier } from '../verify/site-verifier.js';
import { fired, until, whenAskedToLeave } from './leaving.js';

export interface UpOptions {
  readonly data: string;
  readonly site: string;
  readonly beds: number;
  readonly pumps?: number;
  readonly seed: number;
  readonly fresh: boolean;
  readonly json: boolean;
}

const DRAW_EVERY_MS = 500;
const PLAIN_EVERY_MS = 5_000;

/**
 * `bcmed up`: the whole stack with emulated pumps, a live view, and stays up until it is asked to leave, which is its good end. Throws
 * InterruptedError when that happens before it is up.
 */
export async function up(options: UpOptions): Promise<void> {
  const leaving = whenAskedToLeave();
  const progress = terminalProgress();
  if (options.fresh) beginAnew(options.data, progress);
  const beganMs = performance.now();
  const stack = await Stack.start(
    { dataDir: options.data, siteName: options.site, progress: until(leaving, progress) },
    { ...wardOf(options), seed: options.seed },
  );
  try {
    leaving.throwIfAborted();
    progress.note(`everything runs after ${((performance.now() - beganMs) / 1_000).toFixed(1)} s`);
    progress.note(`the console: ${stack.consoleUrl}/`);
    await live(stack, options, progress, leaving);
  } finally {
    const why = leaving.aborted ? (await fired(leaving)).by : 'something failed';
    await progress.step('drain', `${why}: what is under way is finished, then everything ends`, () =>
      stack.stop(),
    );
  }
}

async function live(
  stack: Stack,
  options: UpOptions,
  progress: Progress,
  leaving: AbortSignal,
): Promise<void> {
  const verifier = new SiteVerifier(stack);
  await progress.step(
    'verification',
    'recomputes the newest blocks and compares the head with the chain',
    () => verifier.verifyNewest(),
  );
  progress.note(verifier.summary);
  const watch = new SiteWatch(stack);
  await watch.start();
  void verifier.verifyAll('newest');
  const drawing = show(options, stack, watch, verifier);
  await fired(leaving);
  clearInterval(drawing);
  watch.stop();
  verifier.stop();
}

/** Beds live by themselves; pumps without a patient behind them need hands that do something. */
function wardOf({ beds, pumps }: UpOptions): Pick<WardOptions, 'ward' | 'session'> {
  return pumps === undefined ? { ward: { beds } } : { ward: { pumps }, session: 'ward-life' };
}

/** Removes the data of an earlier site. Takes the folder's lock first: the data of a running stack is never removed. */
function beginAnew(dataDir: string, progress: Progress): void {
  const lock = lockDataDir(dataDir);
  try {
    for (const name of readdirSync(dataDir)) {
      if (!name.startsWith('in-use.')) rmSync(join(dataDir, name), { recursive: true });
    }
  } finally {
    lock.release();
  }
  progress.note(`removed the earlier site in ${shown(dataDir)}`);
}

function show(options: UpOptions, stack: Stack, watch: SiteWatch, verifier: SiteVerifier): NodeJS.Timeout {
  const beganMs = performance.now();
  const screen = new Screen();
  const facts = () => ({
    site: stack.site.site,
    upSeconds: (performance.now() - beganMs) / 1_000,
    snapshot: watch.snapshot(),
    processes: stack.backbone.supervisor.status(),
    verification: verifier.summary,
    places: [
      `console      ${stack.consoleUrl}/`,
      `audit trail  ${stack.service('audit').url}/events`,
      `people       ${peopleAt(stack)}`,
      `actors       people of a demonstration; keys to sign as they do: ${shown(join(stack.backbone.layout.access, 'demonstration-people.json'))}`,
      `logs         ${shown(join(options.data, 'logs'))}`,
    ],
  });
  if (options.json)
    return setInterval(() => process.stdout.write(`${JSON.stringify(facts())}\n`), PLAIN_EVERY_MS);
  if (process.stderr.isTTY) return setInterval(() => screen.draw(renderLive(facts())), DRAW_EVERY_MS);
  return setInterval(() => process.stderr.write(`${plainLine(facts())}\n`), PLAIN_EVERY_MS);
}

/** The one-time link for the first administrator, as long as nobody used it; afterwards where people are looked after. */
function peopleAt(stack: Stack): string {
  const { layout } = stack.backbone;
  try {
    return `${readFileSync(join(layout.access, 'first-administrator-link'), 'utf8').trim()}  (once, for the first administrator)`;
  } catch {
    return `${stack.service('access').url}/docs`;
  }
}

function plainLine({ snapshot, verification }: Parameters<typeof renderLive>[0]): string {
  const { pumps, events, lastBlock, latencyMs } = snapshot;
  const connected = pumps.filter((pump) => pump.connected).length;
  return [
    `pumps ${connected}/${pumps.length}`,
    `events ${events} (${perSecond(snapshot)})`,
    `block ${lastBlock?.number ?? '---'}`,
    latencyMs ? `latency ms p50 ${latencyMs.p50} p95 ${latencyMs.p95} p99 ${latencyMs.p99}` : 'latency ---',
    `verified ${verification === '' ? '---' : verification}`,
  ].join(' · ');
}
