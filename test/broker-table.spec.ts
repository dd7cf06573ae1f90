import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BUS_IDENTITIES } from '@bcmed/event-log';
import { TRUST_SUBJECTS } from '@bcmed/site-trust';
import { describe, expect, it } from 'vitest';

const SERVICES = join(import.meta.dirname, '..', 'services');

/** Apps that follow the streams as services do. */
const APPS = ['console'];

/** Senders at the edge that are no service of ours. */
const GATEWAYS = ['icu-monitor'];

/** What the reactions of a service write between quotes and is like this. */
function writtenInReactions(service: string, like: RegExp): string[] {
  const home = APPS.includes(service) ? join(SERVICES, '..', 'apps') : SERVICES;
  const folder = join(home, service, 'src', 'reactions');
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  return files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(like)].map(([, text = '']) => text),
  );
}

/** Durable names as the reactions of a service write them; an instance in the name is the first one. */
const declaredDurables = (service: string): string[] =>
  writtenInReactions(service, /['`]((?:[a-z0-9-]|\$\{instance\})+-on-(?:[a-z0-9-])+)['`]/g).map((name) =>
    name.replace('${instance}', '1'),
  );

/** Subjects that the reactions of a service write out; those of the shared trust have a test of their own. */
const declaredSubjects = (service: string): string[] =>
  writtenInReactions(service, /'(bcmed(?:-block)?\.\{site\}\.[^']*)'/g);

describe('the table of who may do what on the broker', () => {
  it('has every service, and each one’s subscriptions, and nothing else', () => {
    const services = readdirSync(SERVICES).sort();
    expect(BUS_IDENTITIES.map(({ name }) => name).sort()).toEqual([...services, ...APPS, ...GATEWAYS].sort());
    for (const { name, consumers } of BUS_IDENTITIES.filter(({ name }) => !GATEWAYS.includes(name))) {
      const durables = consumers.map(({ durable }) => durable).sort();
      expect(durables, name).toEqual([...new Set(declaredDurables(name))].sort());
    }
  });

  it('sends each service every subject that it subscribes to', () => {
    for (const { name, consumers } of BUS_IDENTITIES.filter(({ name }) => !GATEWAYS.includes(name))) {
      const sent = consumers.flatMap(({ pattern }) => pattern);
      expect(sent, name).toEqual(expect.arrayContaining(declaredSubjects(name)));
    }
  });

  it('gives those who fold keys and people what the library of trust asks for', () => {
    const believers = BUS_IDENTITIES.flatMap(({ consumers }) => consumers).filter(({ durable }) =>
      durable.endsWith('-on-site-event'),
    );
    expect(believers).toHaveLength(3);
    for (const { pattern } of believers) expect(pattern).toEqual(expect.arrayContaining([...TRUST_SUBJECTS]));
  });

  it('lets no two services publish in one area, nor share a consumer', () => {
    const subjects = BUS_IDENTITIES.flatMap(({ publishes }) => publishes);
    const durables = BUS_IDENTITIES.flatMap(({ consumers }) => consumers.map(({ durable }) => durable));
    expect(new Set(subjects).size).toBe(subjects.length);
    expect(new Set(durables).size).toBe(durables.length);
  });
});
