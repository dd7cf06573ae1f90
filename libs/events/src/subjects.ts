import type { Envelope } from './envelope.js';

/**
 * Subject that an event must arrive on: `bcmed.<site>.<area>.<entity>.<event>`, and confirmations of blocks outside
 * `bcmed.<site>.>` because two streams may not share a subject. A function of the sealed body alone, so a changed subject is seen.
 */
export function subjectOf({ type, site, subject }: Pick<Envelope, 'type' | 'site' | 'subject'>): string {
  const [, area = '', name = ''] = type.split('.');
  return type === 'bcmed.ledger.block-anchored'
    ? `bcmed-block.${site}.${subject}.anchored`
    : `bcmed.${site}.${area}.${subject}.${name}`;
}
