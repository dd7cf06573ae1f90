import type { SealedEvent } from '@bcmed/event-log';
import {
  AuthorisationWithdrawn,
  CommandAuthorised,
  createEvent,
  derivedId,
  InfusionAuthorised,
  InfusionClosed,
  LimitOverridden,
  OrderPlaced,
  OrderRefused,
  ResponseAssessed,
  serialiseEvent,
  StopOrdered,
  subjectOf,
  toToken,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import type { Sealer } from '@bcmed/seal';
import type { DosingEvent } from '../domain/order/index.js';

/** In whose name events are made. */
export interface Signature {
  readonly site: string;
  readonly source: string;
  readonly sealer: Sealer;
}

/** Why and when something is said. */
export interface Occasion {
  /** Who caused it: a person, or this service. */
  readonly actor: string;
  readonly at: string;
  /** Makes ids: the same occasion gives the same events again. */
  readonly key: string;
  /** The event of somebody else that led to it. */
  readonly cause?: string;
}

/** An event and its sealed bytes. */
export interface MadeEvent {
  readonly event: StreamEvent;
  readonly sealed: SealedEvent;
}

const DEFINITIONS: Readonly<Record<DosingEvent['name'], EventDefinition>> = {
  'order-placed': OrderPlaced,
  'order-refused': OrderRefused,
  'limit-overridden': LimitOverridden,
  'infusion-authorised': InfusionAuthorised,
  'authorisation-withdrawn': AuthorisationWithdrawn,
  'response-assessed': ResponseAssessed,
  'infusion-closed': InfusionClosed,
  'command-authorised': CommandAuthorised,
  'stop-ordered': StopOrdered,
};

export const infusionIdOf = (site: string, orderId: string): string =>
  derivedId(site, 'dosing-infusion', orderId);
export const orderIdOf = (site: string, textHash: string): string =>
  derivedId(site, 'dosing-order', textHash);
export const commandIdOf = (site: string, orderId: string): string =>
  derivedId(site, 'dosing-command', orderId);
export const stopIdOf = (site: string, textHash: string): string => derivedId(site, 'dosing-stop', textHash);

/** Seals what a decision says about one infusion. Throws EventInvalidError, which is a fault of ours. */
export function makeEvents(
  said: readonly DosingEvent[],
  infusionId: string,
  occasion: Occasion,
  signature: Signature,
): readonly MadeEvent[] {
  return said.map((event) => {
    const attributes = {
      id: idOf(event, infusionId, occasion, signature.site),
      entity: 'pump' in event ? toToken(event.pump) : infusionId,
      correlationid: infusionId,
    };
    return sealEvent(
      DEFINITIONS[event.name],
      { ...attributes, ...attributesOf(occasion, signature) },
      event.data,
      signature,
    );
  });
}

/** Seals one event of ours. */
export function sealEvent(
  definition: EventDefinition,
  attributes: Parameters<typeof createEvent>[1],
  data: Readonly<Record<string, unknown>>,
  { sealer }: Signature,
): MadeEvent {
  const event = createEvent(definition, attributes, data);
  const body = serialiseEvent(event);
  return { event, sealed: { subject: subjectOf(event), id: event.id, seal: sealer.seal(body), body } };
}

export function attributesOf({ at, actor, cause }: Occasion, { site, source }: Signature) {
  return { source, time: at, site, actor, ...(cause === undefined ? {} : { causationid: cause }) };
}

/** What can happen once has an id of its own; what can happen again has one for each occasion. */
function idOf(event: DosingEvent, infusionId: string, { key }: Occasion, site: string): string {
  const derived = (...parts: readonly string[]): string =>
    derivedId(site, 'dosing-event', infusionId, event.name, ...parts);
  switch (event.name) {
    case 'command-authorised':
    case 'stop-ordered':
      return event.eventId;
    case 'order-placed':
    case 'infusion-authorised':
    case 'authorisation-withdrawn':
    case 'limit-overridden':
      return derived(event.data.orderId);
    case 'order-refused':
      return derived(event.data.orderId, key);
    case 'response-assessed':
      return derived(key);
    case 'infusion-closed':
      return derived();
    default:
      return event satisfies never;
  }
}
