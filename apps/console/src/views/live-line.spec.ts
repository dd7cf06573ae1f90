import { initialPeople, type PeopleState } from '@bcmed/policy';
import { describe, expect, it } from 'vitest';
import { made, NOON_MS, PATIENT, PUMP, sampled, status, ended, nextId } from '../../test/support/events.js';
import type { Change, LiveMessage, Snapshot } from '../domain/live.js';
import { LiveLine, type LineSources } from './live-line.js';
import { ReadPermissions } from './read-permissions.js';
import { Ward } from './ward.js';

const NURSE = 'person-nurse';
const OTHER_PUMP = '8002-2';

function peopleOf(...units: readonly string[]): PeopleState {
  const roles = units.map((unit) => ({ role: 'nurse' as const, unit, except: [] }));
  const publicKey = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } as const;
  const authenticator = {
    person: NURSE,
    credentialId: 'key',
    kind: 'key',
    publicKey,
    demonstration: false,
  } as const;
  return {
    ...initialPeople({ allowDemonstration: false }),
    people: { [NURSE]: { revoked: false, credentialIds: ['key'], roles } },
    authenticators: { key: authenticator },
  };
}

interface Said {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: LiveMessage & Snapshot & { readonly reason?: string };
}

/** One browser's end of a line; `stuck` takes nothing. */
class Browser {
  readonly said: Said[] = [];
  isCut = false;
  isOver = false;
  writableLength = 0;
  stuck = false;

  write(text: string): void {
    if (this.stuck) this.writableLength += text.length;
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
    this.said.push({
      event: field('event') ?? '',
      id: field('id'),
      data: JSON.parse(field('data') ?? 'null') as Said['data'],
    });
  }
  end(): void {
    this.isOver = true;
  }
  destroy(): void {
    this.isCut = true;
  }
  take(): Said[] {
    return this.said.splice(0);
  }
}

/** Two units with a patient and a pump each, and a nurse of the first. */
class Scene {
  nowMs = NOON_MS;
  people = peopleOf('icu-1');
  position = 10n;
  readonly ward = new Ward();
  readonly permissions = new ReadPermissions(
    () => this.people,
    () => this.nowMs,
  );
  readonly placeOfOther = nextId();

  constructor() {
    this.happens(
      made(PUMP, PATIENT),
      made(OTHER_PUMP, 'stay-5e', { bed: 'bed-1', unit: 'icu-2', id: this.placeOfOther }),
      sampled(PATIENT, 90),
      sampled('stay-5e', 80),
    );
  }

  happens(...events: Parameters<Ward['take']>[0][]): void {
    for (const one of events) {
      this.position += 1n;
      this.ward.take(one, this.nowMs);
    }
  }

  line(browser: Browser, after?: string, person = NURSE): LiveLine {
    const sources: LineSources = {
      boot: 'boot-1',
      board: this.ward.board,
      permissions: this.permissions,
      position: () => this.position,
      pictures: (nowMs) => this.ward.pictures(nowMs),
    };
    const line = new LiveLine({ person, sessionId: 's', credentialId: 'key' }, sources, browser);
    this.permissions.refresh();
    line.open(after, this.nowMs);
    return line;
  }
}

const keys = (changes: readonly Change[]): string[] =>
  changes.map((change) => {
    if (change.of === 'gone') return `gone ${change.kind}/${change.key}`;
    const value = change.value as { serial?: string; bed?: string; patient?: string };
    return `${change.of}/${value.serial ?? value.bed ?? value.patient ?? ''}`;
  });

describe('a line that opens', () => {
  it('tells everything that this person may read, and of which units not', () => {
    const scene = new Scene();
    const browser = new Browser();
    scene.line(browser);
    const [snapshot] = browser.take();
    expect(snapshot).toMatchObject({ event: 'snapshot', data: { position: '14' } });
    expect(keys(snapshot?.data.changes ?? []).sort()).toEqual([
      'bed/bed-7',
      `pump/${PUMP}`,
      `vitals-trend/${PATIENT}`,
      `vitals/${PATIENT}`,
    ]);
    expect(snapshot?.data.notShown).toMatchObject([{ unit: 'icu-2' }]);
    expect(snapshot?.data.notShown[0]?.words).toMatch(/nurse/);
  });

  it('then tells only what changed, and nothing of what may not be read', () => {
    const scene = new Scene();
    const browser = new Browser();
    const line = scene.line(browser);
    browser.take();
    scene.happens(status(), status({}, {}, OTHER_PUMP), sampled('stay-5e', 81));
    line.tick(scene.nowMs);
    const [delta, ...more] = browser.take();
    expect(more).toEqual([]);
    expect(delta).toMatchObject({ event: 'delta', data: { position: '17' } });
    expect(keys(delta?.data.changes ?? [])).toEqual([`pump/${PUMP}`]);
    line.tick(scene.nowMs);
    expect(browser.take()).toEqual([]);
  });

  it('tells at most ten times in a second, the first at once', () => {
    const scene = new Scene();
    const browser = new Browser();
    const line = scene.line(browser);
    browser.take();
    const toldAt: number[] = [];
    for (let ms = 0; ms < 1_000; ms += 25) {
      scene.happens(status({ volumeInfusedMl: ms }));
      line.tick(NOON_MS + ms);
      if (browser.take().some(({ event }) => event === 'delta')) toldAt.push(ms);
    }
    expect(toldAt).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });

  it('says a word after two silent seconds', () => {
    const scene = new Scene();
    const browser = new Browser();
    const line = scene.line(browser);
    browser.take();
    line.tick(scene.nowMs + 1_900);
    expect(browser.take()).toEqual([]);
    line.tick(scene.nowMs + 2_000);
    expect(browser.take()).toMatchObject([
      { event: 'beat', data: { at: new Date(NOON_MS + 2_000).toISOString() } },
    ]);
  });
});

describe('a browser that comes back', () => {
  it('gets only what changed meanwhile, and what is gone', () => {
    const scene = new Scene();
    const first = new Browser();
    scene.line(first);
    const { id } = first.take()[0] ?? {};
    scene.happens(status(), made(PUMP, PATIENT, { bed: 'bed-8' }));
    const second = new Browser();
    scene.line(second, id);
    const [delta] = second.take();
    expect(delta?.event).toBe('delta');
    expect(keys(delta?.data.changes ?? []).sort()).toEqual(['bed/bed-8', 'gone bed/bed-7', `pump/${PUMP}`]);
  });

  it('is told that a patient is gone who was moved where it may not look, and of nobody else there', () => {
    const scene = new Scene();
    const first = new Browser();
    scene.line(first);
    const { id } = first.take()[0] ?? {};
    scene.happens(made(PUMP, PATIENT, { bed: 'bed-2', unit: 'icu-2' }), sampled('stay-5e', 70));
    const second = new Browser();
    scene.line(second, id);
    expect(keys(second.take()[0]?.data.changes ?? []).sort()).toEqual([
      'gone bed/bed-7',
      `gone pump/${PUMP}`,
      `gone vitals/${PATIENT}`,
    ]);
  });

  it.each([
    ['of another process', (id: string) => id.replace('boot-1', 'boot-0')],
    ['of somebody else', (id: string) => id.replace(NURSE, 'person-other')],
    ['from the future', (id: string) => id.replace(/\.\d+\./, '.999999.')],
    ['that is none', () => '42'],
    ['that is hostile', () => 'boot-1.-1.x.%00'],
  ])('begins anew with an id %s', (_, change) => {
    const scene = new Scene();
    const first = new Browser();
    scene.line(first);
    const second = new Browser();
    scene.line(second, change(first.take()[0]?.id ?? ''));
    expect(second.take()).toMatchObject([{ event: 'snapshot' }]);
  });

  it('begins anew when this person may read something else by now', () => {
    const scene = new Scene();
    const first = new Browser();
    scene.line(first);
    scene.people = peopleOf('icu-1', 'icu-2');
    const second = new Browser();
    scene.line(second, first.take()[0]?.id);
    expect(second.take()).toMatchObject([{ event: 'snapshot', data: { notShown: [] } }]);
  });

  it('begins anew when what is gone since then was forgotten', () => {
    const scene = new Scene();
    const first = new Browser();
    scene.line(first);
    const { id } = first.take()[0] ?? {};
    scene.happens(ended(scene.placeOfOther));
    scene.ward.sweep(scene.nowMs + 119_000);
    const second = new Browser();
    scene.line(second, id);
    expect(second.take()[0]?.event).toBe('delta');
    scene.ward.sweep(scene.nowMs + 121_000);
    const third = new Browser();
    scene.line(third, id);
    expect(third.take()[0]?.event).toBe('snapshot');
  });
});

describe('somebody whose rights change', () => {
  it('gets a new picture at once, with nothing in it that they may not read any more', () => {
    const scene = new Scene();
    const browser = new Browser();
    const line = scene.line(browser);
    browser.take();
    scene.people = peopleOf('icu-2');
    scene.permissions.refresh();
    line.tick(scene.nowMs);
    const [snapshot] = browser.take();
    expect(snapshot?.event).toBe('snapshot');
    expect(keys(snapshot?.data.changes ?? [])).toEqual(
      expect.arrayContaining([`pump/${OTHER_PUMP}`, 'vitals/stay-5e']),
    );
    expect(JSON.stringify(snapshot)).not.toContain(PATIENT);
  });

  it('sees a patient by emergency access until it ends by the clock, and nobody else of that unit', () => {
    const scene = new Scene();
    const browser = new Browser();
    const line = scene.line(browser);
    browser.take();
    const until = new Date(NOON_MS + 60_000).toISOString();
    const access = { id: 'e', person: NURSE, patient: 'stay-5e', unit: 'icu-2', until, closed: false };
    scene.happens(sampled('stay-6f', 70), made('8002-3', 'stay-6f', { bed: 'bed-2', unit: 'icu-2' }));
    scene.people = { ...scene.people, emergencies: { e: access } };
    const look = (): Said[] => {
      scene.permissions.refresh();
      line.tick(scene.nowMs);
      return browser.take().filter(({ event }) => event === 'snapshot');
    };
    const [more] = look();
    expect(keys(more?.data.changes ?? [])).toContain('vitals/stay-5e');
    expect(JSON.stringify(more)).not.toContain('stay-6f');
    scene.nowMs += 59_000;
    expect(look()).toEqual([]);
    scene.nowMs += 1_000;
    expect(keys(look()[0]?.data.changes ?? [])).not.toContain('vitals/stay-5e');
  });

  it('keeps the picture when the change is about something else', () => {
    const scene = new Scene();
    const browser = new Browser();
    const line = scene.line(browser);
    browser.take();
    scene.people = { ...scene.people };
    scene.permissions.refresh();
    line.tick(scene.nowMs);
    expect(browser.take()).toEqual([]);
  });
});

describe('a pump that goes to a patient of another unit', () => {
  it('disappears for who may not read there', () => {
    const scene = new Scene();
    const browser = new Browser();
    const line = scene.line(browser);
    browser.take();
    scene.happens(made(PUMP, 'stay-5e', { bed: 'bed-1', unit: 'icu-2' }));
    line.tick(scene.nowMs);
    expect(keys(browser.take()[0]?.data.changes ?? []).sort()).toEqual([
      'gone bed/bed-7',
      `gone pump/${PUMP}`,
    ]);
  });
});

describe('a browser that takes nothing', () => {
  it('is told the newest state when it takes again, and not every step to it', () => {
    const scene = new Scene();
    const browser = new Browser();
    const line = scene.line(browser);
    browser.stuck = true;
    browser.writableLength = 300 * 1_024;
    browser.take();
    for (const volumeInfusedMl of [2, 3, 4]) {
      scene.happens(status({ volumeInfusedMl }));
      line.tick(scene.nowMs);
    }
    expect(browser.take()).toEqual([]);
    browser.writableLength = 0;
    line.tick(scene.nowMs);
    expect(browser.take()).toMatchObject([
      { data: { changes: [{ of: 'pump', value: { volumeInfusedMl: 4 } }] } },
    ]);
  });

  it('is cut after 15 seconds', () => {
    const scene = new Scene();
    const browser = new Browser();
    const line = scene.line(browser);
    browser.writableLength = 1_000;
    expect(line.tick(scene.nowMs + 100)).toBe(true);
    expect(line.tick(scene.nowMs + 15_000)).toBe(true);
    expect(line.tick(scene.nowMs + 15_200)).toBe(false);
    expect(browser.isCut).toBe(true);
  });
});
