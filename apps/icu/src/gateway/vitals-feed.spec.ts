import { parseEvent } from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { entryBytes } from '@bcmed/seal';
import { fixtureSealer } from '@bcmed/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { VitalsFeed, type TimedReading } from './vitals-feed.js';

const CHAIN = '01994f7e-7c00-7000-8000-00000000000a';
const signature = { site: 's1', source: 'icu-monitor/1', sealer: fixtureSealer('monitor'), chain: CHAIN };
const reading = (bpm: number): TimedReading => ({
  at: `2026-11-20T12:00:${String(bpm % 60).padStart(2, '0')}.000Z`,
  reading: { heartRateBpm: { value: bpm, quality: 'good', source: 'ecg' } },
});

let feed: VitalsFeed;
beforeEach(() => (feed = new VitalsFeed(signature, 'stay-1', 3)));

function send() {
  const sent = feed.next();
  if (sent === null) return null;
  feed.stored();
  const parsed = parseEvent(sent.body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { ...sent, event: parsed.event, leaf: hashToBase64Url(leafHash(entryBytes(sent.seal, sent.body))) };
}

describe("a patient's feed", () => {
  it('numbers its readings and links each to the one before', () => {
    for (const bpm of [60, 61, 62]) feed.offer(reading(bpm));
    const [first, second, third] = [send(), send(), send()];
    expect(first?.event).toMatchObject({ subject: 'stay-1', chain: CHAIN, sequence: '1' });
    expect(first?.event).not.toHaveProperty('previous');
    expect(second?.event).toMatchObject({ sequence: '2', previous: first?.leaf });
    expect(third?.event).toMatchObject({ sequence: '3', previous: second?.leaf });
    expect(feed.next()).toBeNull();
  });

  it('gives the same bytes until they are stored', () => {
    feed.offer(reading(60));
    const sent = feed.next();
    feed.offer(reading(61));
    expect(feed.next()).toBe(sent);
    feed.stored();
    expect(feed.next()).not.toBe(sent);
  });

  it('keeps the newest readings while nobody takes them, and its chain has no gap', () => {
    feed.offer(reading(50));
    feed.next();
    for (let bpm = 60; bpm < 70; bpm += 1) feed.offer(reading(bpm));
    expect(feed.figures).toEqual({ queued: 4, dropped: 7, refused: 0 });
    const events = [send(), send(), send(), send()].map((sent) => sent?.event);
    expect(events.map((event) => event?.sequence)).toEqual(['1', '2', '3', '4']);
    expect(events).toMatchObject([50, 67, 68, 69].map((value) => ({ data: { heartRateBpm: { value } } })));
  });

  it('leaves out what no event may say, and goes on', () => {
    feed.offer(reading(9_000));
    feed.offer(reading(60));
    expect(send()?.event).toMatchObject({ sequence: '1', data: { heartRateBpm: { value: 60 } } });
    expect(feed.figures).toMatchObject({ refused: 1 });
  });

  it('says of a sensor that came off that there is no value', () => {
    feed.offer({ at: reading(1).at, reading: { heartRateBpm: { quality: 'bad', source: 'ecg' } } });
    expect(send()?.event).toMatchObject({ data: { heartRateBpm: { quality: 'bad', source: 'ecg' } } });
  });
});
