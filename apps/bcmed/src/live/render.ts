import type { SupervisedStatus } from '@bcmed/embedded';
import type { PumpView, SiteSnapshot } from './site-watch.js';

/** Everything that the live view shows at one moment. */
export interface LiveFacts {
  readonly site: string;
  readonly upSeconds: number;
  readonly snapshot: SiteSnapshot;
  readonly processes: readonly SupervisedStatus[];
  /** One line about what was verified; empty before the first verification began. */
  readonly verification: string;
  /** Where to look next, one line each. */
  readonly places: readonly string[];
}

/** The live view as lines of text. Pure; a value that is not known is `---`, never an old one. */
export function renderLive(facts: LiveFacts): string[] {
  const { snapshot } = facts;
  const block = snapshot.lastBlock;
  const latency = snapshot.latencyMs;
  return [
    '',
    `BCMed · site ${facts.site} · up ${clock(facts.upSeconds)} · research software, not for clinical use · Ctrl-C drains and stops`,
    '',
    ...pumpTable(snapshot),
    '',
    `  events    ${snapshot.events} since the start, ${perSecond(snapshot)}${snapshot.rejected > 0 ? `, ${snapshot.rejected} rejected` : ''}`,
    `  block     ${block ? `${block.number} with ${block.leaves} ${block.leaves === 1 ? 'event' : 'events'}, ${block.blockHash.slice(0, 18)}…` : '---'}`,
    `  latency   ${latency ? `event → confirmed on chain: p50 ${latency.p50} ms, p95 ${latency.p95} ms, p99 ${latency.p99} ms` : '---'}`,
    `  verified  ${facts.verification === '' ? '---' : facts.verification}`,
    `  processes ${facts.processes.map(processText).join('  ')}`,
    '',
    ...facts.places.map((place) => `  ${place}`),
  ];
}

const COLUMNS = [
  ['pump', 12],
  ['drug', 16],
  ['state', 13],
  ['ml/h', 9],
  ['infused ml', 12],
  ['mmHg', 8],
  ['last event', 24],
] as const;

function pumpTable({ pumps }: SiteSnapshot): string[] {
  const row = (cells: readonly string[]): string =>
    `  ${COLUMNS.map(([, width], index) => (index >= 3 && index <= 5 ? (cells[index] ?? '').padStart(width - 2).padEnd(width) : (cells[index] ?? '').padEnd(width))).join('')}`.trimEnd();
  const number = (value: number | undefined, digits: number): string =>
    value === undefined ? '---' : value.toFixed(digits);
  return [
    row(COLUMNS.map(([name]) => name)),
    ...pumps.map((pump) =>
      row([
        pump.serial,
        pump.drugName ?? '',
        stateText(pump),
        pump.connected ? number(pump.rateMlPerHour, 2) : '---',
        pump.connected ? number(pump.volumeInfusedMl, 3) : '---',
        pump.connected ? number(pump.pressureMmHg, 1) : '---',
        pump.lastEvent,
      ]),
    ),
    ...(pumps.length === 0 ? ['  (waiting for the first reading)'] : []),
  ];
}

function stateText({ connected, state }: PumpView): string {
  if (connected === false) return 'not connected';
  return connected === true && state !== '' ? state : '---';
}

/** Events in a second as text; `---` while nobody counts. */
export function perSecond({ eventsPerSecond }: SiteSnapshot): string {
  return `${eventsPerSecond === null ? '---' : eventsPerSecond.toFixed(1)}/s`;
}

function processText({ name, state, restarts }: SupervisedStatus): string {
  const times = restarts > 0 ? ` (restarted ${restarts}×)` : '';
  return state === 'running' ? `${name}${times} ✓` : `${name} ${state}${times}`;
}

function clock(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(seconds / 3_600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}
