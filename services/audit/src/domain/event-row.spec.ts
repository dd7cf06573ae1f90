import { admit, initialAdmission } from '@bcmed/admission';
import { LogFixture } from '@bcmed/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventRow, storable } from './event-row.js';

const log = new LogFixture();
log.appendRates(1);
const decide = (slot: (typeof log.entries)[number]) =>
  admit(initialAdmission(log.site, log.rootKeyId), slot, { positionOf: () => undefined });

describe('the row of a position', () => {
  it('holds what an admitted event says, and its exact bytes', () => {
    const slot = log.entries[0]!;
    if ('missing' in slot) throw new Error('no event');
    const admission = decide(slot);
    expect(eventRow({ slot, ...admission })).toMatchObject({
      position: 1n,
      outcome: 'admitted',
      type: 'bcmed.ledger.epoch-opened',
      area: 'ledger',
      name: 'epoch-opened',
      entity: 's1',
      keyId: log.rootKeyId,
      reason: null,
      subject: slot.subject,
      seal: slot.seal,
      body: slot.body,
      leafHash: admission.leafHash,
    });
  });

  it('takes over nothing that a refused entry says about itself', () => {
    const slot = log.entries[4]!; // sealed by a key that is not known before the enrolment
    const row = eventRow({ slot, ...decide(slot) });
    expect(row).toMatchObject({ outcome: 'rejected', reason: 'unknown-key', keyId: log.adapter.keyId });
    expect([row.id, row.type, row.entity, row.actor, row.time, row.sequence]).toStrictEqual(
      Array(6).fill(null),
    );
  });

  it('says that nothing stands at an empty position', () => {
    const slot = { position: 9n, missing: true } as const;
    expect(eventRow({ slot, ...decide(slot) })).toMatchObject({
      outcome: 'missing',
      reason: 'position-empty',
      subject: '',
      keyId: null,
    });
  });

  it('can be stored whatever a refused entry is made of (property)', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.uint8Array(),
        (subject, seal, body) => {
          const slot = { position: 7n, subject, seal, body };
          const row = eventRow({ slot, ...decide(slot) });
          for (const value of Object.values(row))
            if (typeof value === 'string') expect(value).toBe(storable(value));
          expect(row.body).toBe(body);
        },
      ),
    );
    expect(storable('a\0b\ud800c')).toBe('a\uFFFDb\uFFFDc');
  });
});
