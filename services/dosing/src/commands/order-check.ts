import { toToken, type PumpOrder } from '@bcmed/events';
import { v7 as uuidV7 } from 'uuid';
import { checkOrder, readOrder, unreadable } from '../domain/order/index.js';
import {
  courseFrom,
  courseNow,
  courseOf,
  HISTORY_MS,
  predicted,
  STEP_SECONDS,
  type Course,
  type TargetPlan,
} from '../domain/target/index.js';
import type { OrderWish } from '../views/api-schemas.js';
import type { Needs } from './authorisation.js';
import type { OrderBook } from './order-book.js';

/** A point of what a target would do from now on, if the pump did as told. */
export interface PredictedPoint {
  readonly afterSeconds: number;
  readonly rateMlPerHour: number;
  readonly plasma: number;
  readonly effect: number;
}

/** What would become of an order, were it signed now. */
export type OrderChecked =
  | {
      readonly refusal: {
        readonly reason: string;
        readonly words: string;
        readonly limit?: string | undefined;
        readonly value?: string | undefined;
      };
    }
  | {
      readonly state: 'waiting' | 'authorised';
      /** Before anybody signed. */
      readonly needs: Needs;
      /** Of a target, every ten seconds. */
      readonly predicted?: readonly PredictedPoint[];
    };

/** How long the text would live; the check asks nothing of it. */
const LIVES_MS = 120_000;
const PREDICTED_MINUTES = 30;

/**
 * Asks the decider what it would say of an order, by the ward as it is now. Nothing is appended, no nonce is used and nobody's rights
 * are looked at: those are asked when the text is signed.
 */
export class OrderCheck {
  constructor(private readonly book: OrderBook) {}

  async check(wish: OrderWish): Promise<OrderChecked> {
    const { clock, facts: finder, ward, standing } = this.book.settings;
    standing.require();
    const at = clock.at();
    const text = this.#textOf(wish, at);
    const order = readOrder(text);
    if (order === undefined) return { refusal: unreadable(text) };
    const row = ward.infusions.row(this.book.infusionFor(order, uuidV7()));
    const facts = await finder.factsFor(order, row, false);
    const checked = checkOrder(order, at, facts, row.state);
    if (!checked.ok) return { refusal: checked.refusal };
    const { entry, exceeded, plan } = checked.value;
    const needs = { signatures: entry.signaturesNeeded, overrides: exceeded };
    const waits = needs.signatures > 1 || needs.overrides.length > 0;
    return {
      state: waits ? 'waiting' : 'authorised',
      needs,
      ...(plan !== undefined && { predicted: this.#predicted(order, plan) }),
    };
  }

  /** From what the patient is reckoned to have by now. */
  #predicted(order: PumpOrder, plan: TargetPlan): readonly PredictedPoint[] {
    const { clock, ward, store } = this.book.settings;
    const nowMs = clock.wallMs();
    const run = ward.targets.table.get(toToken(order.pump));
    const { delivering, setRateMlPerHour = 0 } = ward.pumps.table.get(toToken(order.pump)) ?? {};
    const runsAtMlPerHour = delivering === true ? setRateMlPerHour : 0;
    const goesOn = run !== undefined && courseFrom(run, order, plan) !== undefined;
    const given = store.given(order.patient ?? '', order.drug ?? '', nowMs - HISTORY_MS);
    const from: Course = goesOn ? courseNow(run, { nowMs, runsAtMlPerHour }) : courseOf(plan, given, nowMs);
    let { plasma, effect } = from.state;
    return predicted(plan, from, PREDICTED_MINUTES).map((step, index) => {
      const point = {
        afterSeconds: index * STEP_SECONDS,
        rateMlPerHour: step.rateMlPerHour,
        plasma: thousandths(plasma),
        effect: thousandths(effect),
      };
      ({ predictedPlasma: plasma, predictedEffect: effect } = step);
      return point;
    });
  }

  /** What people would sign, but for the nonce, which is new. */
  #textOf(wish: OrderWish, at: string): string {
    const expiresAt = new Date(Date.parse(at) + LIVES_MS).toISOString();
    const nonce = uuidV7().replaceAll('-', '');
    return JSON.stringify({
      kind: 'pump-order',
      site: this.book.settings.site,
      ...wish,
      nonce,
      issuedAt: at,
      expiresAt,
    });
  }
}

const thousandths = (value: number): number => Math.round(value * 1_000) / 1_000;
