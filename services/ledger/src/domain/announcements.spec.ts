import type { Rejected } from '@bcmed/admission';
import { EventRejected, subjectOf } from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { describe, expect, it } from 'vitest';
import { announcementsOf } from './announcements.js';

const announcer = { site: 's1', source: 'ledger/s1-0' };
const time = '2026-11-20T08:00:00.000Z';
const pumpSubject = 'bcmed.s1.pump.8002-51740.rate-changed';

const rejected = (reason: Rejected['reason'], detail = 'the seal does not fit the body'): Rejected => {
  const leafBytes = Buffer.from('a rejection record');
  const entryHash = hashToBase64Url(leafHash(Buffer.from('what was refused')));
  return {
    outcome: 'rejected',
    position: 42n,
    leafHash: leafHash(leafBytes),
    leafBytes,
    reason,
    detail,
    exception: { position: '42', reason, entryHash },
  };
};

describe('the announcement of a refused position', () => {
  it('names the position, the reason and the subject', () => {
    const [event, ...more] = announcementsOf(rejected('bad-signature'), pumpSubject, announcer, time);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: EventRejected.type,
      subject: '42',
      data: { position: '42', reason: 'bad-signature', subject: pumpSubject },
    });
  });

  it('has the same id when the position is decided again, and another id for another position', () => {
    const idOf = (admission: Rejected, at: string) =>
      announcementsOf(admission, pumpSubject, announcer, at)[0]?.id;
    const first = idOf(rejected('bad-signature'), time);
    expect(idOf(rejected('bad-signature'), '2026-11-20T09:00:00.000Z')).toBe(first);
    expect(idOf({ ...rejected('bad-signature'), position: 43n }, time)).not.toBe(first);
  });

  it('is not made of a duplicate, which is what resending looks like', () => {
    expect(announcementsOf(rejected('duplicate-event'), pumpSubject, announcer, time)).toEqual([]);
  });

  it('is not made of a refused announcement, so that refusals cannot feed themselves', () => {
    const announced = subjectOf({ type: EventRejected.type, site: 's1', subject: '41' });
    expect(announcementsOf(rejected('bad-signature'), announced, announcer, time)).toEqual([]);
  });

  it('is made for every other subject of the ledger', () => {
    const [event] = announcementsOf(
      rejected('bad-signature'),
      'bcmed.s1.ledger.s1.chain-reanchored',
      announcer,
      time,
    );
    expect(event).toBeDefined();
  });

  it('stays within what an event may hold, however long the refused subject was', () => {
    const long = 'x'.repeat(4_000);
    const [event] = announcementsOf(rejected('bad-signature', long), long, announcer, time);
    expect(event?.data).toMatchObject({ subject: 'x'.repeat(512), detail: 'x'.repeat(512) });
  });
});
