import type { z } from 'zod';
import {
  CommandExecuted,
  CommandFailed,
  CommandOutcomeResolved,
  CommandOutcomeUnknown,
  InfusionAuthorised,
  InfusionCompleted,
  InfusionStarted,
  InfusionStopped,
  isEvent,
  LibraryActivated,
  PumpLost,
  RateChanged,
  StatusSampled,
  StopOrdered,
  TargetEnded,
  toToken,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import {
  decide,
  usedVitals,
  type AssessedResponse,
  type DosingEvent,
  type Infusion,
  type Withdraw,
} from '../domain/order/index.js';
import type { Association, Ended } from '../views/associations.js';
import type { InfusionRow } from '../views/infusions.js';
import type { Pump } from '../views/pumps.js';
import type { Ward } from '../views/ward.js';
import type { FollowUp } from './follow-up.js';
import { answeredCommandOf } from './pump-answer.js';

/** In whose name, and what is known of the ward. */
export interface FeedbackSettings {
  readonly ward: Ward;
  readonly source: string;
}

type Response = Omit<AssessedResponse, 'orderId'>;

/** What follows for infusions from what pumps, people and beds did: pure but for what it reads of the ward when it decides. */
export class Feedback {
  constructor(private readonly settings: FeedbackSettings) {}

  /** After an event of a pump, which the ward has taken. */
  ofPump(event: StreamEvent): readonly FollowUp[] {
    if (isEvent(event, TargetEnded)) return this.#targetEnded(event.data, event);
    const commandId = answeredCommandOf(event);
    if (commandId !== undefined) {
      const found = this.settings.ward.infusions.withCommand(commandId);
      return found ? [this.#answer(found[0], commandId, event)] : [];
    }
    return this.settings.ward.infusions.on(event.subject).flatMap(([infusionId, row]) => {
      const pump = this.settings.ward.pumps.table.get(event.subject);
      return pump && isTold(event, row.state, pump) ? [this.#watched(infusionId, event, pump)] : [];
    });
  }

  /** A stop ends what was authorised or waited for the pump when it came. */
  ofStop(event: StreamEvent, position: bigint): readonly FollowUp[] {
    if (!isEvent(event, StopOrdered)) return [];
    const { order } = event.data;
    return this.settings.ward.infusions.on(event.subject).map(([infusionId]) => ({
      infusionId,
      cause: event.id,
      key: event.id,
      decide: (state, row, at) => {
        const by = event.actor;
        const stop = { type: 'stop', at, stopId: event.id, pump: event.subject, by, order } as const;
        // The stop itself stands on the stream; what follows from it does not yet.
        return decide(stop, before(state, row, position)).filter(({ name }) => name !== 'stop-ordered');
      },
    }));
  }

  /** Another infusion on the pump was authorised, or the pump is no longer at this patient: the one before is over. */
  ofAuthorised(event: StreamEvent): readonly FollowUp[] {
    if (!isEvent(event, InfusionAuthorised)) return [];
    const { infusions } = this.settings.ward;
    const pump = infusions.row(event.subject).state.subject?.pump;
    const others = pump === undefined ? [] : infusions.on(pump).filter(([id]) => id !== event.subject);
    return others.map(([id]) => this.#close(id, event, 'another infusion was authorised on this pump'));
  }

  /** An order that waits for more signatures rests on the library that its people saw: another one ends it. */
  ofLibrary(event: StreamEvent): readonly FollowUp[] {
    if (!isEvent(event, LibraryActivated)) return [];
    const { libraryHash, version } = event.data;
    return this.settings.ward.infusions.table.entries
      .filter(([, { state }]) => state.pending !== undefined && state.pending.libraryHash !== libraryHash)
      .map(([infusionId]) => ({
        infusionId,
        cause: event.id,
        key: event.id,
        decide: (state, _, at) => {
          const { pending } = state;
          if (pending === undefined || pending.libraryHash === libraryHash) return [];
          const reason = `library ${version} is active by now; order anew`;
          return this.#withdraw(state, at, { orderId: pending.orderId, cause: 'library-changed', reason });
        },
      }));
  }

  ofEnded(event: StreamEvent, { association, syringeOnly }: Ended): readonly FollowUp[] {
    if (syringeOnly) return [];
    const ended = this.settings.ward.infusions
      .on(association.pump)
      .filter(([, { state }]) => concerns(state, association));
    return ended.map(([id]) => this.#close(id, event, 'the pump is no longer connected to this patient'));
  }

  /** Nobody answered a command in time: nobody knows what the pump did, and it may do it no more. */
  unanswered(infusionId: string, commandId: string): FollowUp {
    return {
      infusionId,
      key: `unanswered ${commandId}`,
      decide: (state, row, at) => {
        if (row.awaiting?.commandId !== commandId) return [];
        const words = 'unanswered: no adapter said what became of the command in its time';
        return this.#ended(state, row.awaiting.orderId, at, {
          ...this.#seen(row),
          finding: 'not-assessable',
          words,
        });
      },
    };
  }

  /** An order whose time ran out while it waited. */
  expired(infusionId: string, orderId: string): FollowUp {
    return {
      infusionId,
      key: `expired ${orderId}`,
      decide: (state, _, at) =>
        state.pending?.orderId === orderId
          ? this.#withdraw(state, at, {
              orderId,
              cause: 'expired',
              reason: 'its time ran out before it had all that it needed',
            })
          : [],
    };
  }

  /** What was authorised rests on vitals, and there are none any more: it must not be taken up again without somebody looking. */
  vitalsLost(infusionId: string, orderId: string, afterMs: number): FollowUp {
    return {
      infusionId,
      key: `vitals lost ${orderId}`,
      decide: (state, row, at) => {
        if (state.authorised?.orderId !== orderId || this.vitalsAgeMs(state) < afterMs) return [];
        const words = `no vitals of the patient for ${afterMs / 1_000} s; the pump goes on until somebody stops it`;
        const response = { ...this.#seen(row), finding: 'not-assessable', words } as const;
        return [
          ...this.#assess(state, at, response),
          ...this.#withdraw(state, at, { orderId, cause: 'vitals-lost', reason: words }),
        ];
      },
    };
  }

  /** Age of the newest vitals of an infusion's patient; infinite when none were ever heard. */
  vitalsAgeMs({ subject }: Infusion): number {
    return this.settings.ward.vitals.of(subject?.patient)[0]?.ageMs ?? Infinity;
  }

  #answer(infusionId: string, commandId: string, event: StreamEvent): FollowUp {
    return {
      infusionId,
      cause: event.id,
      key: event.id,
      decide: (state, row, at) => {
        const inForce = [state.authorised, state.bolus].find(
          (each) => each?.commandId === commandId,
        )?.orderId;
        const seen = this.#seen(row);
        if (isEvent(event, CommandExecuted)) {
          const { delivering, setRateMlPerHour: rateMlPerHour, readBackAfterMs } = event.data;
          const late = inForce === undefined ? ', after it was no longer authorised' : '';
          const { volumeGivenMl } = event.data;
          const given = volumeGivenMl === undefined ? '' : `bolus of ${volumeGivenMl} ml given, `;
          return this.#assess(state, at, {
            ...seen,
            delivery: delivering ? 'running' : 'held',
            ...(rateMlPerHour !== undefined && { rateMlPerHour }),
            finding: inForce === undefined ? 'not-as-ordered' : 'as-ordered',
            words: `${given}read back after ${readBackAfterMs} ms${late}`,
          });
        }
        const told = bad(event);
        if (told === undefined) return [];
        const response = { ...seen, finding: told.finding, words: told.words };
        return told.ends && inForce !== undefined
          ? this.#ended(state, inForce, at, response)
          : this.#assess(state, at, response);
      },
    };
  }

  /** A pump that is no longer steered runs at what nobody has ordered: what was authorised ends with it. */
  #targetEnded(
    { commandId, reason, detail }: z.infer<typeof TargetEnded.data>,
    { id: cause }: StreamEvent,
  ): readonly FollowUp[] {
    const [infusionId] = this.settings.ward.infusions.withCommand(commandId) ?? [];
    if (infusionId === undefined) return [];
    const words = `target ended: ${reason}: ${detail}`;
    const decideOn: FollowUp['decide'] = (state, row, at) => {
      if (state.authorised?.commandId !== commandId) return [];
      const response = { ...this.#seen(row), finding: 'not-as-ordered', words } as const;
      return this.#ended(state, state.authorised.orderId, at, response);
    };
    return [{ infusionId, cause, key: cause, decide: decideOn }];
  }

  #watched(infusionId: string, event: StreamEvent, pump: Pump): FollowUp {
    return {
      infusionId,
      cause: event.id,
      key: event.id,
      decide: (state, row, at) =>
        this.#assess(state, at, { ...this.#seen(row, pump), ...judged(row.awaiting, state, pump) }),
    };
  }

  #close(infusionId: string, event: StreamEvent, reason: string): FollowUp {
    return {
      infusionId,
      cause: event.id,
      key: event.id,
      decide: (state, row, at) => {
        const completed = this.#pumpOf(row)?.completed === true;
        const outcome = completed ? 'completed' : 'abandoned';
        const { volumeInfusedMl } = this.#seen(row);
        return decide(
          { type: 'close', at, by: this.settings.source, outcome, volumeInfusedMl, reason },
          state,
        );
      },
    };
  }

  #assess(state: Infusion, at: string, response: Response): readonly DosingEvent[] {
    return decide({ type: 'assess', at, response }, state);
  }

  #withdraw(
    state: Infusion,
    at: string,
    why: Pick<Withdraw, 'cause' | 'reason' | 'orderId'>,
  ): readonly DosingEvent[] {
    return decide({ type: 'withdraw', at, by: this.settings.source, ...why }, state);
  }

  #ended(state: Infusion, orderId: string, at: string, response: Response): readonly DosingEvent[] {
    return [
      ...this.#assess(state, at, response),
      ...this.#withdraw(state, at, { orderId, cause: 'expired', reason: response.words }),
    ];
  }

  /** What is known of pump and patient, without a judgement. */
  #seen(row: InfusionRow, pump = this.#pumpOf(row)): Omit<Response, 'finding' | 'words'> {
    const { state, volumeMl } = row;
    const [newest] = this.settings.ward.vitals.of(state.subject?.patient);
    const rateMlPerHour = pump?.setRateMlPerHour;
    return {
      delivery: pump?.delivering === undefined ? 'unknown' : pump.delivering ? 'running' : 'held',
      ...(rateMlPerHour !== undefined && { rateMlPerHour }),
      volumeInfusedMl: Math.round(volumeMl * 1_000) / 1_000,
      ...(newest !== undefined && { vitals: usedVitals(newest) }),
    };
  }

  #pumpOf({ state }: InfusionRow): Pump | undefined {
    return this.settings.ward.pumps.table.get(tokenOf(state));
  }
}

const tokenOf = ({ subject }: Infusion): string => (subject ? toToken(subject.pump) : '');

/** What an answer other than `executed` comes to, and whether the authorisation ends with it. */
function bad(
  event: StreamEvent,
): { readonly finding: Response['finding']; readonly words: string; readonly ends: boolean } | undefined {
  if (isEvent(event, CommandFailed)) {
    const { reason, detail } = event.data;
    return { finding: 'not-as-ordered', words: `not carried out: ${reason}: ${detail}`, ends: true };
  }
  if (isEvent(event, CommandOutcomeUnknown))
    return { finding: 'not-assessable', words: `outcome unknown: ${event.data.detail}`, ends: false };
  if (!isEvent(event, CommandOutcomeResolved)) return undefined;
  const { outcome, detail } = event.data;
  return { finding: outcome, words: `resolved: ${detail}`, ends: outcome === 'not-as-ordered' };
}

const TOLD_AT_ONCE: readonly EventDefinition[] = [
  InfusionStarted,
  InfusionStopped,
  InfusionCompleted,
  RateChanged,
  PumpLost,
];

/** Whether a change at the pump is worth a word about an infusion that was ordered. */
function isTold(event: StreamEvent, { authorised, everDelivered, delivery }: Infusion, pump: Pump): boolean {
  if (authorised === undefined && !everDelivered) return false;
  // A pump that is steered changes its rate with every step.
  if (isEvent(event, RateChanged) && isSteered(authorised, event.data.toMlPerHour)) return false;
  if (TOLD_AT_ONCE.some((definition) => isEvent(event, definition))) return true;
  const now = pump.delivering === undefined ? 'unknown' : pump.delivering ? 'running' : 'held';
  return isEvent(event, StatusSampled) && now !== delivery;
}

/** Whether a rate is one that a target may ask for. */
function isSteered(authorised: Infusion['authorised'], rateMlPerHour: number): boolean {
  return authorised?.action === 'set-target' && rateMlPerHour <= authorised.rateMlPerHour;
}

function judged(
  awaiting: InfusionRow['awaiting'],
  state: Infusion,
  pump: Pump,
): Pick<Response, 'finding' | 'words'> {
  const { authorised, bolus } = state;
  if (!pump.connected || pump.delivering === undefined)
    return { finding: 'not-assessable', words: 'the pump does not answer' };
  const { setRateMlPerHour: rate } = pump;
  const does = pump.delivering ? 'infuses' : 'is held';
  const at = rate === undefined ? 'at a rate that is not known' : `at ${rate} ml/h`;
  if (awaiting !== undefined && awaiting.commandId === bolus?.commandId)
    return { finding: 'as-ordered', words: `${does} ${at}; a bolus is being given` };
  if (authorised === undefined)
    return {
      finding: pump.delivering ? 'not-as-ordered' : 'as-ordered',
      words: `${does}, and nothing is authorised`,
    };
  if (rate === undefined) return { finding: 'not-assessable', words: `${does} ${at}` };
  const isTarget = authorised.action === 'set-target';
  const isIt = isTarget ? isSteered(authorised, rate) : rate === authorised.rateMlPerHour;
  const words = `authorised are ${isTarget ? 'at most ' : ''}${authorised.rateMlPerHour} ml/h`;
  return { finding: isIt ? 'as-ordered' : 'not-as-ordered', words: `${does} ${at}; ${words}` };
}

/** The infusion without what came behind a position. */
function before(state: Infusion, row: InfusionRow, position: bigint): Infusion {
  return {
    ...state,
    pending: BigInt(row.placedAt) < position ? state.pending : undefined,
    authorised: BigInt(row.authorisedAt) < position ? state.authorised : undefined,
  };
}

function concerns({ subject }: Infusion, { pump, patient }: Association): boolean {
  return subject?.pump === pump && subject.patient === patient;
}
