/**
 * A stand-in for the gateway, for working on the page while nothing else runs: `node apps/console/test/support/fixture-gateway.ts [port]`.
 * It invents a ward and lets everybody in. Tests of the product use the real gateway; this is never shipped.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Change, PumpView, Snapshot } from '../../src/domain/live.ts';

const DIST = new URL('../../web/dist/', import.meta.url).pathname;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

interface Drawn {
  readonly bed: string;
  readonly serial: string;
  readonly drug: string;
  readonly concentration: string;
  readonly rate: number;
  readonly dose?: { readonly value: string; readonly unit: string };
  readonly left: number;
}

const DRAWN: readonly Drawn[] = [
  {
    bed: 'bed-1',
    serial: '8002-51740',
    drug: 'noradrenaline',
    concentration: '8 mg in 50 ml',
    rate: 4.6,
    dose: { value: '0.15', unit: 'microgram/kg/min' },
    left: 32_000,
  },
  {
    bed: 'bed-1',
    serial: '8002-51733',
    drug: 'propofol',
    concentration: '10 mg/ml',
    rate: 12.3,
    dose: { value: '25', unit: 'microgram/kg/min' },
    left: 1_340,
  },
  {
    bed: 'bed-1',
    serial: '8002-60012',
    drug: 'fentanyl',
    concentration: '2.5 mg in 50 ml',
    rate: 2,
    dose: { value: '100', unit: 'microgram/h' },
    left: 66_000,
  },
  {
    bed: 'bed-1',
    serial: '8002-60013',
    drug: 'vasopressin',
    concentration: '20 unit in 50 ml',
    rate: 3,
    left: 36_000,
  },
  {
    bed: 'bed-1',
    serial: '8002-60014',
    drug: 'insulin',
    concentration: '50 unit in 50 ml',
    rate: 3,
    left: 52_000,
  },
  {
    bed: 'bed-2',
    serial: '8002-60020',
    drug: 'propofol',
    concentration: '10 mg/ml',
    rate: 13.6,
    left: 12_000,
  },
  {
    bed: 'bed-2',
    serial: '8002-60021',
    drug: 'remifentanil',
    concentration: '2 mg in 40 ml',
    rate: 4.5,
    left: 21_000,
  },
  {
    bed: 'bed-3',
    serial: '8002-60031',
    drug: 'dopamine',
    concentration: '200 mg in 50 ml',
    rate: 3.3,
    left: 42_000,
  },
  {
    bed: 'bed-3',
    serial: '8002-60032',
    drug: 'midazolam',
    concentration: '50 mg in 50 ml',
    rate: 2,
    left: 70_000,
  },
];

const startedMs = Date.now() - 3_600_000;
const wave = (n: number, ms: number): number =>
  Math.sin(ms / 900_000 + n) + Math.sin(ms / 210_000 + n * 2) / 3;

function pump(drawn: Drawn, index: number, nowMs: number): PumpView {
  const { bed, serial, drug, concentration, rate, dose, left } = drawn;
  return {
    serial,
    connected: serial !== '8002-60021',
    heardAtMs: serial === '8002-60014' ? nowMs - 90_000 : nowMs,
    family: 'alaris-asena',
    delivering: serial !== '8002-60032',
    mode: serial === '8002-60032' ? 'HELD' : 'INFUSE',
    rateMlPerHour: serial === '8002-60032' ? 0 : rate,
    setRateMlPerHour: rate,
    volumeInfusedMl: Math.round(rate * 100 * ((nowMs - startedMs) / 3_600_000)) / 100,
    remainingSeconds: left,
    pressureMmHg: Math.round(60 + index * 8 + 9 * wave(index, nowMs)),
    alarms: [],
    completed: false,
    bed,
    unit: 'icu-1',
    patient: `stay-${bed.slice(-1)}c9f3`,
    drug,
    concentration,
    ...(dose === undefined ? {} : { dose }),
  };
}

const BEDS = ['bed-1', 'bed-2', 'bed-3', 'bed-4'];

function changes(nowMs: number): Change[] {
  return [
    ...BEDS.map((bed): Change => ({
      of: 'bed',
      value: { bed, unit: 'icu-1', patient: `stay-${bed.slice(-1)}c9f3` },
    })),
    ...DRAWN.map((drawn, index): Change => ({ of: 'pump', value: pump(drawn, index, nowMs) })),
    ...BEDS.map((bed, index): Change => {
      const good = (value: number) => ({ value: Math.round(value * 10) / 10, quality: 'good' as const });
      return {
        of: 'vitals',
        value: {
          patient: `stay-${bed.slice(-1)}c9f3`,
          atMs: nowMs,
          signs: {
            heartRateBpm: good(88 + index * 6 + 4 * wave(index, nowMs)),
            systolicPressureMmHg: good(112 + 5 * wave(index + 1, nowMs)),
            diastolicPressureMmHg: good(58 + 3 * wave(index + 1, nowMs)),
            meanArterialPressureMmHg: good(72 + 5 * wave(index + 1, nowMs)),
            saturationPercent: good(96),
            respiratoryRatePerMin: good(16),
            temperatureCelsius: good(37.4),
          },
        },
      };
    }),
  ];
}

function trends(nowMs: number): Change[] {
  const startMs = nowMs - 7_200_000;
  const grid = Array.from({ length: 240 }, (_, step) => startMs + step * 30_000);
  return [
    ...DRAWN.map((drawn, index): Change => ({
      of: 'pump-trend',
      value: {
        serial: drawn.serial,
        startMs,
        stepMs: 30_000,
        pressureMmHg: grid.map((ms) => 60 + index * 8 + 9 * wave(index, ms)),
        rateMlPerHour: grid.map((ms) => (ms < startMs + 3_000_000 ? drawn.rate * 0.8 : drawn.rate)),
      },
    })),
    ...BEDS.map((bed, index): Change => ({
      of: 'vitals-trend',
      value: {
        patient: `stay-${bed.slice(-1)}c9f3`,
        startMs,
        stepMs: 30_000,
        signs: {
          heartRateBpm: grid.map((ms) => 88 + index * 6 + 4 * wave(index, ms)),
          meanArterialPressureMmHg: grid.map((ms) => 72 + 5 * wave(index + 1, ms)),
          saturationPercent: grid.map(() => 96),
        },
      },
    })),
  ];
}

const ALARM = {
  id: '01994f7e-7c00-7000-8000-000000000001',
  status: 'open',
  condition: 'occlusion',
  text: 'Line occluded',
  priority: 'high',
  score: 0.9,
  unit: 'icu-1',
  bed: 'bed-3',
  vendorCode: null,
  members: [{ source: '8002-60031', since: new Date().toISOString(), lasts: true, vasoactive: true }],
  raisedMs: Date.now() - 42_000,
  acknowledgedBy: null,
  audio: 'on',
  audioPausedUntilMs: null,
  step: 0,
  closedMs: null,
};

function events(response: ServerResponse): (event: string, data: unknown, id?: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  return (event, data, id) =>
    response.write(
      `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
    );
}

function live(response: ServerResponse): void {
  const say = events(response);
  let position = 1_000;
  const nowMs = Date.now();
  const snapshot: Snapshot = {
    at: new Date(nowMs).toISOString(),
    position: String(position),
    changes: [...trends(nowMs), ...changes(nowMs), WAITING],
    notShown: [],
  };
  say('snapshot', snapshot, `a-${position}`);
  const timer = setInterval(() => {
    position += 1;
    say(
      'delta',
      { at: new Date().toISOString(), position: String(position), changes: changes(Date.now()) },
      `a-${position}`,
    );
  }, 1_000);
  response.on('close', () => clearInterval(timer));
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const site = (port: number) => ({
  site: 's1',
  rootKeyId: 'x'.repeat(43),
  version: '0.1.0',
  at: new Date().toISOString(),
  origin: `http://localhost:${port}`,
  relyingParty: 'localhost',
  advice: null,
  demonstration: true,
  anybodyEnrolled: false,
  epoch: null,
  chain: null,
  services: {},
});

const ORDER = {
  kind: 'pump-order',
  site: 's1',
  pump: '8002-60031',
  unit: 'icu-1',
  patient: 'stay-4d70aa31',
  action: 'set-rate',
  drug: 'dopamine',
  careArea: 'adult-icu',
  concentration: '200-mg',
  weightKg: '90',
  dose: { value: '5', unit: 'microgram/kg/min' },
  rateMlPerHour: 6.7,
};
const APPROVAL = {
  id: '01994f7e-7c00-7000-8000-0000000000a1',
  phase: 'open',
  text: JSON.stringify(ORDER),
  textHash: 'x'.repeat(43),
  purpose: 'pump-order',
  unit: 'icu-1',
  requestedBy: 'person-91c0',
  approvalsNeeded: 1,
  grantedBy: [],
  expiresAt: new Date(Date.now() + 540_000).toISOString(),
};

const passkey = { credentialId: 'c', kind: 'passkey', revoked: false, demonstration: false };
const PEOPLE = [
  {
    person: 'person-7f3a',
    revoked: false,
    roles: [{ role: 'nurse', unit: 'icu-1' }],
    authenticators: [passkey],
  },
  {
    person: 'person-91c0',
    revoked: false,
    roles: [{ role: 'physician', unit: 'all' }],
    authenticators: [passkey],
  },
  { person: 'person-2c41', revoked: true, roles: [], authenticators: [passkey] },
];

/** The order of the approval: two people have to sign it. */
const WAITING: Change = {
  of: 'infusion',
  value: {
    id: '01994f7e-7c00-7000-8000-0000000000d1',
    pump: ORDER.pump,
    drug: ORDER.drug,
    phase: 'ordered',
    waiting: {
      orderId: '01994f7e-7c00-7000-8000-0000000000b1',
      textHash: APPROVAL.textHash,
      placedAtMs: Date.now(),
      placedBy: [APPROVAL.requestedBy],
      needsOverride: process.argv.includes('--override') ? ['softHigh'] : [],
    },
  },
};

let signedIn = !process.argv.includes('--signed-out');

const NOT_SIGNED_IN = { type: 'urn:bcmed:error:BCM-CONSOLE-NOT-SIGNED-IN', title: 'Sign in first' };
const NOT_FOUND = { type: 'urn:bcmed:error:BCM-CONSOLE-NOT-FOUND', title: 'No such route' };
const ME = {
  person: 'person-7f3a',
  until: '2030-01-01T00:00:00.000Z',
  roles: [{ role: 'nurse', unit: 'icu-1' }],
};

function session(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'DELETE') signedIn = false;
  json(response, signedIn ? ME : NOT_SIGNED_IN, signedIn ? 200 : 401);
}

function answer(port: number, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/api/site') json(response, site(port));
  else if (pathname === '/api/live') live(response);
  else if (pathname === '/api/alarms/alarms/stream') events(response)('snapshot', { alarms: [ALARM] });
  else if (pathname === '/api/access/sessions/current') session(request, response);
  else if (pathname === '/api/access/people') json(response, { people: PEOPLE });
  else if (pathname === '/api/access/approvals') json(response, { approvals: [APPROVAL] });
  else if (pathname.startsWith('/api/')) json(response, NOT_FOUND, 404);
  else page(pathname, response);
}

function page(pathname: string, response: ServerResponse): void {
  const file = join(DIST, pathname);
  const found = extname(pathname) !== '' && existsSync(file) ? file : join(DIST, 'index.html');
  response.writeHead(200, {
    'content-type': TYPES[extname(found)] ?? 'text/plain',
    'content-security-policy': POLICY,
  });
  response.end(readFileSync(found));
}

const port = Number(process.argv[2] ?? 7191);
createServer((request, response) => answer(port, request, response)).listen(port, '127.0.0.1', () => {
  console.log(`http://localhost:${port}/`);
});
