import { AssociationEnded, AssociationMade, createEvent, type StreamEvent } from '@bcmed/events';
import { describe, expect, it } from 'vitest';
import { Bedsides } from './bedsides.js';

const PUMP = '8002-51740';
const FIRST = '01994f7e-7c00-7000-8000-0000000000a1';
const SECOND = '01994f7e-7c00-7000-8000-0000000000a2';
const NOBODY = { unit: 'icu-1' };

const attributes = (entity: string) => ({
  id: crypto.randomUUID(),
  source: 'icu-monitor/1',
  entity,
  time: '2026-11-20T12:00:00.000Z',
  site: 's1',
  actor: 'icu-monitor/1',
});
const made = (id: string, patient: string, pumpSerial = PUMP): StreamEvent =>
  createEvent(AssociationMade, attributes(id), {
    ...AssociationMade.example.data,
    patient,
    unit: 'icu-2',
    pumpSerial,
  });
const ended = (id: string): StreamEvent =>
  createEvent(AssociationEnded, attributes(id), AssociationEnded.example.data);

function after(...events: readonly StreamEvent[]): Bedsides {
  const bedsides = new Bedsides('icu-1');
  events.forEach((event, index) => bedsides.take(event, BigInt(index + 1)));
  return bedsides;
}

describe('a pump', () => {
  it('is at nobody on the configured unit while nothing was recorded', () => {
    expect(after().of(PUMP)).toEqual({ ...NOBODY, changedAt: 0n });
  });

  it('is at the patient of the newest record, since its position', () => {
    const bedsides = after(made(FIRST, 'stay-4d'), made(SECOND, 'stay-5e'));
    expect(bedsides.of(PUMP)).toMatchObject({ unit: 'icu-2', patient: 'stay-5e', changedAt: 2n });
  });

  it('is at nobody after the end, and since then', () => {
    expect(after(made(FIRST, 'stay-4d'), ended(FIRST)).of(PUMP)).toEqual({
      ...NOBODY,
      serial: PUMP,
      changedAt: 2n,
    });
  });

  it('stays where it is when an older record ends', () => {
    const bedsides = after(made(FIRST, 'stay-4d'), made(SECOND, 'stay-5e'), ended(FIRST));
    expect(bedsides.of(PUMP)).toMatchObject({ patient: 'stay-5e', changedAt: 2n });
  });

  it('does not go back to a patient whose record is sent once more after its end', () => {
    const bedsides = after(made(FIRST, 'stay-4d'), ended(FIRST), made(FIRST, 'stay-4d'));
    expect(bedsides.of(PUMP)).not.toHaveProperty('patient');
    const superseded = after(made(FIRST, 'stay-4d'), made(SECOND, 'stay-5e'), made(FIRST, 'stay-4d'));
    expect(superseded.of(PUMP)).toMatchObject({ patient: 'stay-5e' });
  });

  it('with a serial that only looks alike in a subject is another', () => {
    expect(after(made(FIRST, 'stay-4d', '8002 51740')).of(PUMP)).not.toHaveProperty('patient');
  });

  it('is told once of what it was told before', () => {
    const bedsides = after(made(FIRST, 'stay-4d'));
    expect(bedsides.take(ended(FIRST), 1n)).toBeUndefined();
    expect(bedsides.of(PUMP)).toMatchObject({ patient: 'stay-4d' });
  });
});
