import type { EnrolmentRequest } from '@bcmed/bcmed';
import { RateChanged, createEvent, serialiseEvent, subjectOf } from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { createSealer, entryBytes, generatePrivateKey } from '@bcmed/seal';

export interface LoadEvent {
  readonly subject: string;
  readonly id: string;
  readonly seal: string;
  readonly body: Uint8Array;
}

/** A device that seals `count` linked events of one pump, ready to be appended: the cost of making them is not part of a measurement. */
export function sealedLoad(
  site: string,
  count: number,
  source: string,
): { readonly request: EnrolmentRequest; readonly events: LoadEvent[] } {
  const sealer = createSealer(generatePrivateKey());
  const chain = crypto.randomUUID();
  const events: LoadEvent[] = [];
  let previous: string | undefined;
  for (let number = 1; number <= count; number++) {
    const event = createEvent(
      RateChanged,
      {
        id: crypto.randomUUID(),
        source,
        entity: 'load-pump',
        time: new Date().toISOString(),
        site,
        actor: 'front-panel',
        chain: { chain, sequence: String(number), ...(previous === undefined ? {} : { previous }) },
      },
      { fromMlPerHour: 1, toMlPerHour: 2, changedBy: 'front-panel', logEntryId: number },
    );
    const body = serialiseEvent(event);
    const seal = sealer.seal(body);
    previous = hashToBase64Url(leafHash(entryBytes(seal, body)));
    events.push({ subject: subjectOf(event), id: event.id, seal, body });
  }
  return {
    request: {
      keyId: sealer.keyId,
      publicKey: sealer.publicJwk,
      kind: 'device',
      holder: source,
      areas: ['pump'],
    },
    events,
  };
}
