import { describe, expect, it } from 'vitest';
import { NO_EPISODE, type Episode } from '../domain/episode.js';
import { figuresOf } from '../domain/review.js';
import { reviewPage } from './review-page.js';

function episode(more: Partial<Episode>): Episode {
  const member = { source: '8002-1', cause: 'x', since: '', vasoactive: false };
  const base = {
    ...NO_EPISODE,
    id: 'a',
    status: 'closed',
    condition: 'pump-occlusion',
    priority: 'high',
  } as const;
  return { ...base, members: [member], ...more };
}

const EPISODES = [
  episode({ firstAcknowledgedMs: 20_000, closedMs: 95_000 }),
  episode({ firstAcknowledgedMs: 40_000, closedMs: 400_000, step: 1 }),
  episode({ closedMs: 5_000, condition: 'no-data', priority: 'medium' }),
  episode({ status: 'open', condition: '<script>alert(1)</script>', priority: 'low' }),
];

describe('a periodic review', () => {
  it('counts what happened and how long it took', () => {
    expect(figuresOf(EPISODES)).toMatchObject({
      episodes: 4,
      byPriority: { high: 2, medium: 1, low: 1 },
      open: 1,
      escalated: 1,
      endedUnseen: 1,
      acknowledged: { count: 2, medianMs: 20_000, p90Ms: 40_000 },
      resolved: { count: 3, medianMs: 95_000, p90Ms: 400_000 },
      bySource: [{ name: '8002-1', count: 4 }],
    });
    const total = figuresOf(EPISODES).resolved.histogram.reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe(3);
  });

  it('is a page with pictures, without anything from elsewhere, and nothing in it is a script', () => {
    const page = { site: 's1"', from: 'a', to: 'b', figures: figuresOf(EPISODES), undelivered: 0 };
    const html = reviewPage(page);
    expect(html.match(/<svg /g)).toHaveLength(4);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('site s1&quot;');
    expect(html).not.toMatch(/<script|https?:|src=|href=|url\(/);
    expect(reviewPage(page)).toBe(html);
  });

  it('of a time without alarms says so', () => {
    const html = reviewPage({ site: 's1', from: 'a', to: 'b', figures: figuresOf([]), undelivered: 0 });
    expect(html).toContain('None.');
    expect(html).toContain('none');
  });
});
