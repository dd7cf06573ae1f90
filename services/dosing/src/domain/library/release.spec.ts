import { describe, expect, it } from 'vitest';
import { decideLibrary, type LibraryBook, type ProposedLibrary, type ReleaseLibrary } from './release.js';

const AT = '2026-11-20T12:00:00.000Z';
const proposed: ProposedLibrary = {
  proposal: '01994f7e-7c00-7000-8000-0000000000a1',
  library: 'adult',
  libraryHash: 'h'.repeat(43),
  version: '2',
  status: 'clinical',
  unit: 'icu-1',
  effectiveFrom: '2026-11-20T00:00:00.000Z',
  reason: 'yearly review',
  warnings: 0,
  proposedBy: 'person-a',
  proposedAt: AT,
  text: 'bytes',
  releaseText: 'the text that is signed',
  decidedBy: [],
};
const book = (one: ProposedLibrary = proposed): LibraryBook => ({
  proposals: [one],
  active: () => undefined,
});

function released(approval: Partial<ReleaseLibrary['approval']>, from = book()): readonly string[] {
  const given: ReleaseLibrary['approval'] = {
    id: '01994f7e-7c00-7000-8000-0000000000b1',
    unit: 'icu-1',
    expiresAt: '2026-11-20T12:10:00.000Z',
    requestedBy: 'person-a',
    needed: 1,
    signed: { text: proposed.releaseText, signatures: [] },
    standing: ['person-a', 'person-b'],
    ...approval,
  };
  return decideLibrary({ type: 'release', at: AT, approval: given, decidedBy: [] }, from).map(
    ({ name }) => name,
  );
}

describe('the release of a drug library', () => {
  it('takes two different people who still stand by their signature', () => {
    expect(released({})).toEqual(['library-released']);
    expect(released({ standing: ['person-a'] })).toEqual([]);
    expect(released({ standing: ['person-a', 'person-a'] })).toEqual([]);
    expect(released({ standing: ['person-b', 'person-c'] })).toEqual([]);
  });

  it('takes two whatever the approval itself asks for, and more when it asks for more', () => {
    expect(released({ needed: 0, standing: ['person-a'] })).toEqual([]);
    expect(released({ needed: 0 })).toEqual(['library-released']);
    expect(released({ needed: 2 })).toEqual([]);
  });

  it('is of the very text, in its unit, in its time, and once', () => {
    expect(released({ signed: { text: 'another text', signatures: [] } })).toEqual([]);
    expect(released({ unit: 'icu-2' })).toEqual([]);
    expect(released({ expiresAt: AT })).toEqual([]);
    const release = { releasedBy: [], releasedAt: AT, release: { text: '', signatures: [] }, number: '7' };
    expect(released({}, book({ ...proposed, release }))).toEqual([]);
  });
});
