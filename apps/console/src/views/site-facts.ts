import type { AnchoredBlock } from '@bcmed/verification';
import type { SiteTrust } from '@bcmed/site-trust';
import type { UpstreamName } from '../config.js';

/** What the gateway knows of its site and says to everybody. */
export class SiteFacts {
  constructor(
    readonly settings: {
      readonly site: string;
      readonly rootKeyId: string;
      readonly version: string;
      readonly origin: string;
      readonly relyingParty: string;
      readonly demonstration: boolean;
      readonly services: Readonly<Record<UpstreamName, string | undefined>>;
      readonly trust: Pick<SiteTrust, 'people' | 'validators'>;
      readonly blocks: { readonly newest: AnchoredBlock | undefined };
    },
  ) {}
}
