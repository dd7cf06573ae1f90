import type {
  AuthorisationWithdrawn,
  CommandAuthorised,
  InfusionAuthorised,
  InfusionClosed,
  LimitOverridden,
  OrderPlaced,
  OrderRefused,
  ResponseAssessed,
  StopOrdered,
} from '@bcmed/events';
import type { z } from 'zod';

/** What is said about an infusion; its entity is the infusion's id. */
interface InfusionDefinitions {
  'order-placed': typeof OrderPlaced;
  'order-refused': typeof OrderRefused;
  'limit-overridden': typeof LimitOverridden;
  'infusion-authorised': typeof InfusionAuthorised;
  'authorisation-withdrawn': typeof AuthorisationWithdrawn;
  'response-assessed': typeof ResponseAssessed;
  'infusion-closed': typeof InfusionClosed;
}

/** What is said to a pump; its entity is the pump's serial. */
interface PumpDefinitions {
  'command-authorised': typeof CommandAuthorised;
  'stop-ordered': typeof StopOrdered;
}

type DataOf<Definition extends { data: z.ZodObject }> = z.infer<Definition['data']>;

export type InfusionEvent = {
  [Name in keyof InfusionDefinitions]: {
    readonly name: Name;
    readonly data: DataOf<InfusionDefinitions[Name]>;
  };
}[keyof InfusionDefinitions];

/** `pump` is the serial as the pump writes it; `eventId` is the id that the event must get, for commands are known by it. */
export type PumpOrderEvent = {
  [Name in keyof PumpDefinitions]: {
    readonly name: Name;
    readonly pump: string;
    readonly eventId: string;
    readonly data: DataOf<PumpDefinitions[Name]>;
  };
}[keyof PumpDefinitions];

/** Everything that one decision may say; all of it is appended, or nothing. */
export type DosingEvent = InfusionEvent | PumpOrderEvent;

type OrderRefusedData = DataOf<typeof OrderRefused>;
export type RefusalReason = OrderRefusedData['reason'];
export type SoftLimit = DataOf<typeof LimitOverridden>['limits'][number];
export type Delivery = DataOf<typeof ResponseAssessed>['delivery'];
export type AssessedResponse = DataOf<typeof ResponseAssessed>;
export type WithdrawalCause = DataOf<typeof AuthorisationWithdrawn>['cause'];
export type ClosingOutcome = DataOf<typeof InfusionClosed>['outcome'];
/** By which policies a person was allowed what they did. */
export type Allowance = NonNullable<DataOf<typeof OrderPlaced>['decidedBy']>[number];
export type PlacedOrder = DataOf<typeof OrderPlaced>;
export type Authorisation = DataOf<typeof InfusionAuthorised>;
export type UsedVitals = NonNullable<Authorisation['vitals']>;

/** Why a step is refused, before it has an order's id. */
export type Refusal = Omit<OrderRefusedData, 'orderId'>;

/** Says no, in words. `limit` is what would have been right, `value` what was given. */
export function refuse(
  reason: RefusalReason,
  words: string,
  detail: { readonly limit?: string; readonly value?: string } = {},
): Refusal {
  return { reason, words, ...detail };
}
