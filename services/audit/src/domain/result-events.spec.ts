import { DifferenceFound, VerificationCompleted } from '@bcmed/events';
import { describe, expect, it } from 'vitest';
import { resultEvents, type RecordedReport } from './result-events.js';

const context = {
  site: 's1',
  source: 'audit/1',
  verificationId: '01994f7e-7c00-7000-8000-000000000001',
  time: '2026-11-20T12:00:00.000Z',
};
const clean: RecordedReport = {
  verified: true,
  firstPosition: 1n,
  lastPosition: 90n,
  blocks: 12n,
  rejected: { 'unknown-key': 2, 'duplicate-event': 1 },
  differences: [],
  differencesOmitted: 0,
};

describe('the result of a verification', () => {
  it('is one event when nothing differs', () => {
    const [completed, ...rest] = resultEvents(clean, context);
    expect(rest).toStrictEqual([]);
    expect(completed).toMatchObject({
      type: VerificationCompleted.type,
      subject: context.verificationId,
      data: {
        firstPosition: '1',
        lastPosition: '90',
        blocks: 12,
        rejected: 3,
        differences: 0,
        verified: true,
      },
    });
  });

  it('names every difference before it, and counts those that were left out', () => {
    const differing: RecordedReport = {
      ...clean,
      verified: false,
      differencesOmitted: 5,
      differences: [
        { where: 'view', kind: 'row-differs', position: 42n, detail: 'x'.repeat(2_000) },
        { where: 'chain', kind: 'chain-behind', block: 7n, detail: 'two blocks' },
      ],
    };
    const events = resultEvents(differing, context);
    expect(events.map(({ type }) => type)).toStrictEqual([
      DifferenceFound.type,
      DifferenceFound.type,
      VerificationCompleted.type,
    ]);
    expect(events[0]).toMatchObject({ data: { where: 'view', position: '42', detail: 'x'.repeat(1_024) } });
    expect(events[1]).toMatchObject({ data: { block: '7' } });
    expect(events[2]).toMatchObject({ data: { differences: 7, verified: false } });
  });

  it('has the same ids however often it is made, and other ids for another verification', () => {
    const ids = (id = context.verificationId) =>
      resultEvents(clean, { ...context, verificationId: id }).map((event) => event.id);
    expect(ids()).toStrictEqual(ids());
    expect(ids('01994f7e-7c00-7000-8000-000000000002')).not.toStrictEqual(ids());
  });
});
