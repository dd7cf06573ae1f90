import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { identityOf } from '@bcmed/policy';
import { Controller, Get, Req, UseFilters } from '@nestjs/common';
import { headerOf } from '../adapters/http.js';
import { SiteFacts } from './site-facts.js';
import { GatewayProblems } from './problems.filter.js';

/** Why passkeys cannot work where the page was opened, and where they do. */
interface Advice {
  readonly reason: 'ip-address' | 'insecure-origin' | 'other-origin';
  readonly words: string;
  readonly open: string;
}

/** `GET /api/site`: what a browser must know before anybody is signed in. Nothing of any patient. */
@UseFilters(GatewayProblems)
@Controller('api/site')
export class SiteController {
  constructor(private readonly facts: SiteFacts) {}

  @Get()
  site(@Req() request: IncomingMessage): Record<string, unknown> {
    const { site, rootKeyId, version, origin, relyingParty, demonstration, services } = this.facts.settings;
    const { people, validators } = this.facts.settings.trust;
    const newest = this.facts.settings.blocks.newest;
    return {
      site,
      rootKeyId,
      version,
      at: new Date().toISOString(),
      origin,
      relyingParty,
      advice: adviceFor(headerOf(request, 'host') ?? '', origin),
      demonstration,
      anybodyEnrolled: Object.keys(people.people).some((name) => identityOf(people, name).enrolled),
      epoch: validators ? { validators: validators.validators, quorum: validators.quorum } : null,
      chain: newest ? { chainId: newest.anchor.chainId, contract: newest.anchor.contract } : null,
      services: Object.fromEntries(Object.entries(services).map(([name, url]) => [name, url !== undefined])),
    };
  }
}

/** Passkeys belong to one origin: whoever opened another one is told where to go. */
export function adviceFor(host: string, origin: string): Advice | null {
  const ours = new URL(origin);
  if (host === ours.host) return null;
  const open = `${origin}/`;
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0)
    return {
      reason: 'ip-address',
      words: `Passkeys work for a name and not for an address such as ${name}. Open ${open} instead.`,
      open,
    };
  if (ours.protocol === 'http:' && name !== 'localhost')
    return {
      reason: 'insecure-origin',
      words: `Passkeys work only over https, or on the machine that runs the console. Open ${open} there.`,
      open,
    };
  return {
    reason: 'other-origin',
    words: `Passkeys of this site were made for ${open}. Open it there.`,
    open,
  };
}
