import {
  CredentialEnrolled,
  CredentialRevoked,
  EpochOpened,
  RateChanged,
  createEvent,
  serialiseEvent,
  subjectOf,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { createSealer, entryBytes, generatePrivateKey, keyToken, type Sealer } from '@bcmed/seal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admit,
  applyAdmission,
  initialAdmission,
  recordsOf,
  restoreAdmission,
  type Admission,
  type AdmissionRecord,
  type AdmissionState,
  type StreamEntry,
} from './index.js';

const root = createSealer(generatePrivateKey());
const device = createSealer(generatePrivateKey());
const service = createSealer(generatePrivateKey());
const CHAIN = '01994f7e-7c00-7000-8000-00000000000a';
let counter = 0;
const nextId = (): string => `01994f7e-7c00-7000-8000-${(++counter).toString(16).padStart(12, '0')}`;

type Message = Omit<StreamEntry, 'position'>;

function message(sealer: Sealer, event: StreamEvent): Message {
  const body = serialiseEvent(event);
  return { subject: subjectOf(event), seal: sealer.seal(body), body };
}

function unchained(
  definition: EventDefinition,
  entity: string,
  data: Record<string, unknown>,
  source = 'site/root',
): StreamEvent {
  return createEvent(
    definition,
    { id: nextId(), source, entity, time: '2026-11-20T12:00:00.000Z', site: 's1', actor: 'site' },
    data,
  );
}

const opened = message(
  root,
  unchained(EpochOpened, 's1', {
    epoch: 1,
    epochBase: '0',
    ruleSet: 1,
    rootKey: root.publicJwk,
    validators: ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8'],
    quorum: 1,
  }),
);

const enrolment = (sealer: Sealer, areas: string[], holder: string): StreamEvent =>
  unchained(CredentialEnrolled, keyToken(sealer.keyId), {
    keyId: sealer.keyId,
    publicKey: sealer.publicJwk,
    kind: 'device',
    holder,
    areas,
  });

const enrolDevice = message(root, enrolment(device, ['pump'], 'pump-adapter/1'));

interface Options {
  sequence?: number;
  previous?: Message;
  chain?: string;
  id?: string;
  site?: string;
  source?: string;
  rate?: number;
}

function rateChange({
  sequence = 1,
  previous,
  chain = CHAIN,
  id = nextId(),
  site = 's1',
  source = 'pump-adapter/1',
  rate = 5,
}: Options = {}): StreamEvent {
  return createEvent(
    RateChanged,
    {
      id,
      source,
      entity: '8002-51740',
      time: '2026-11-20T12:00:00.000Z',
      site,
      actor: 'front-panel',
      chain: { chain, sequence: String(sequence), ...(previous ? { previous: hashOf(previous) } : {}) },
    },
    { fromMlPerHour: 1, toMlPerHour: rate, changedBy: 'front-panel', logEntryId: sequence },
  );
}

const hashOf = ({ seal, body }: Message): string => hashToBase64Url(leafHash(entryBytes(seal, body)));

/** A stream as the ledger reads it: decides, applies, remembers ids and records. */
class Reader {
  readonly records: AdmissionRecord[] = [];
  readonly ids = new Map<string, bigint>();
  readonly decided: Admission[] = [];
  constructor(readonly state: AdmissionState = initialAdmission('s1', root.keyId)) {}

  read(...messages: (Message | 'nothing')[]): this {
    for (const one of messages) {
      const position = BigInt(this.decided.length + 1);
      const slot = one === 'nothing' ? { position, missing: true as const } : { position, ...one };
      const admission = admit(this.state, slot, { positionOf: (id) => this.ids.get(id) });
      this.records.push(...recordsOf(admission));
      applyAdmission(this.state, admission);
      if (admission.outcome === 'admitted') this.ids.set(admission.event.id, position);
      this.decided.push(admission);
    }
    return this;
  }

  get outcomes(): string[] {
    return this.decided.map((one) => (one.outcome === 'admitted' ? 'admitted' : one.reason));
  }

  get gaps(): string[] {
    return this.decided.flatMap((one) =>
      one.outcome === 'admitted'
        ? one.gaps.map((gap) => `${gap.kind} ${gap.firstMissing.toString()}..${gap.lastMissing.toString()}`)
        : [],
    );
  }
}

/** `count` events of one chain, each linked to the one before. */
function chainOf(count: number, chain = CHAIN): Message[] {
  const events: Message[] = [];
  for (let sequence = 1; sequence <= count; sequence++) {
    const previous = events.at(-1);
    events.push(message(device, rateChange({ sequence, chain, ...(previous ? { previous } : {}) })));
  }
  return events;
}

const given = (): Reader => new Reader().read(opened, enrolDevice);

describe('a stream that begins', () => {
  it('admits the opening by the pinned root key, then what it enrolled', () => {
    expect(given().read(...chainOf(3)).outcomes).toEqual(Array(5).fill('admitted'));
  });

  it('does not know a device before its enrolment, and knows it from then on', () => {
    const [event] = chainOf(1);
    expect(new Reader().read(opened, event!, enrolDevice, event!).outcomes).toEqual([
      'admitted',
      'unknown-key',
      'admitted',
      'admitted',
    ]);
  });

  it('believes no root key but the pinned one', () => {
    const other = createSealer(generatePrivateKey());
    const forged = message(other, {
      ...unchained(EpochOpened, 's1', {
        epoch: 1,
        epochBase: '0',
        ruleSet: 1,
        rootKey: other.publicJwk,
        validators: ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8'],
        quorum: 1,
      }),
    });
    expect(new Reader().read(forged, opened).outcomes).toEqual(['unknown-key', 'admitted']);
  });

  it('opens only once', () => {
    expect(given().read(opened).outcomes.at(-1)).toBe('duplicate-event');
  });
});

describe('an event that arrives', () => {
  it('is refused after any one bit of its body, seal or subject was flipped', () => {
    const [event] = chainOf(1);
    fc.assert(
      fc.property(fc.nat(), (nth) => {
        const parts = {
          body: Buffer.from(event!.body),
          seal: Buffer.from(event!.seal, 'latin1'),
          subject: Buffer.from(event!.subject, 'latin1'),
        };
        const total = parts.body.length + parts.seal.length + parts.subject.length;
        let bit = nth % (total * 8);
        for (const part of [parts.body, parts.seal, parts.subject]) {
          if (bit >= 0 && bit < part.length * 8) part[bit >> 3]! ^= 1 << (bit & 7);
          bit -= part.length * 8;
        }
        const flipped = {
          body: parts.body,
          seal: parts.seal.toString('latin1'),
          subject: parts.subject.toString('latin1'),
        };
        expect(given().read(flipped).outcomes.at(-1)).not.toBe('admitted');
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['without a seal', () => ({ ...chainOf(1)[0]!, seal: '' }), 'malformed-seal'],
    ['for another site', () => message(device, rateChange({ site: 's2' })), 'wrong-site'],
    [
      'on another subject',
      () => ({ ...chainOf(1)[0]!, subject: 'bcmed.s1.pump.8002-51741.rate-changed' }),
      'wrong-subject',
    ],
    [
      'under the name of another holder',
      () => message(device, rateChange({ source: 'pump-adapter/2' })),
      'not-permitted',
    ],
    [
      'in an area that its key may not seal',
      () => message(device, enrolment(service, ['audit'], 'audit/1')),
      'not-permitted',
    ],
    [
      'that is no JSON',
      () => ({
        subject: 'bcmed.s1.pump.x.rate-changed',
        body: Buffer.from('{'),
        seal: device.seal(Buffer.from('{')),
      }),
      'wrong-schema',
    ],
    [
      'from the root key that only enrols',
      () => message(root, rateChange({ source: 'site/root' })),
      'not-permitted',
    ],
  ])('%s is refused with its reason', (_, make, reason) => {
    expect(given().read(make()).outcomes.at(-1)).toBe(reason);
  });

  it('twice counts once: the second copy points at the first', () => {
    const [event] = chainOf(1);
    const reader = given().read(event!, event!);
    expect(reader.decided.at(-1)).toMatchObject({
      outcome: 'rejected',
      reason: 'duplicate-event',
      exception: { of: '3', position: '4' },
    });
  });

  it('nowhere leaves a leaf as well, so that positions and leaves stay in step', () => {
    expect(given().read('nothing').decided.at(-1)).toMatchObject({
      outcome: 'rejected',
      reason: 'position-empty',
    });
  });
});

describe('a key that was revoked', () => {
  const revoke = message(
    root,
    unchained(CredentialRevoked, keyToken(device.keyId), { keyId: device.keyId, reason: 'stolen' }),
  );

  it('is believed before that position and not after, and stays out', () => {
    const [first, second] = chainOf(2);
    const again = message(root, enrolment(device, ['pump'], 'pump-adapter/1'));
    expect(given().read(first!, revoke, second!, again).outcomes.slice(2)).toEqual([
      'admitted',
      'admitted',
      'revoked-key',
      'revoked-key',
    ]);
  });
});

describe("a sender's chain", () => {
  it('shows a hole, and closes it when what was missing arrives in any order', () => {
    const [a, b, c, d, e] = chainOf(5);
    const reader = given().read(a!, d!, c!, e!, b!);
    expect(reader.outcomes.slice(2)).toEqual(Array(5).fill('admitted'));
    expect(reader.gaps).toEqual(['found 2..3', 'closed 2..3']);
  });

  it('closes every hole that it opened, whatever the order of arrival', () => {
    const events = chainOf(8);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: 8 }), (shuffled) => {
        const reader = given().read(...shuffled);
        expect(reader.outcomes.slice(2)).toEqual(Array(8).fill('admitted'));
        expect([...reader.state.chains.values()][0]).toMatchObject({
          gaps: [],
          islands: [{ first: 1n, last: 8n }],
        });
        const found = reader.gaps.filter((gap) => gap.startsWith('found')).map((gap) => gap.slice(6));
        const closed = reader.gaps.filter((gap) => gap.startsWith('closed')).map((gap) => gap.slice(7));
        expect(closed.sort()).toEqual(found.sort());
      }),
    );
  });

  it('refuses a second story under a number that was taken', () => {
    const [a, b] = chainOf(2);
    const other = message(device, rateChange({ sequence: 2, previous: a!, rate: 99 }));
    expect(given().read(a!, b!, other).outcomes.at(-1)).toBe('sender-fork');
  });

  it('refuses an event that names another predecessor, whichever of the neighbours came first', () => {
    const [a, b, c] = chainOf(3);
    const unlinked = message(device, rateChange({ sequence: 2, previous: c! }));
    expect(given().read(a!, unlinked).outcomes.at(-1)).toBe('sender-fork');
    const other = message(device, rateChange({ sequence: 2, previous: a!, rate: 99 }));
    expect(given().read(a!, c!, other, b!).outcomes.slice(-2)).toEqual(['sender-fork', 'admitted']);
  });

  it('begins anew openly under another start id', () => {
    const again = chainOf(2, '01994f7e-7c00-7000-8000-00000000000b');
    expect(
      given()
        .read(...chainOf(2), ...again)
        .outcomes.slice(2),
    ).toEqual(Array(4).fill('admitted'));
  });
});

describe('a reader that starts again', () => {
  it('from its records decides exactly as one that never stopped', () => {
    const events = [opened, enrolDevice, ...chainOf(2), chainOf(4)[3]!, 'nothing' as const];
    const whole = new Reader().read(...events, ...chainOf(3));
    const before = new Reader().read(...events);
    const restored = restoreAdmission('s1', root.keyId, before.records);
    const last = [...new Map(before.records.map((record) => [record.key, record])).values()];
    expect(restoreAdmission('s1', root.keyId, last)).toEqual(restored);
    expect({ ...restored, keys: [...restored.keys.keys()] }).toEqual({
      ...before.state,
      keys: [...before.state.keys.keys()],
    });
    expect(whole.decided.slice(0, events.length).map(({ leafHash: hash }) => hash)).toEqual(
      before.decided.map(({ leafHash: hash }) => hash),
    );
  });
});
