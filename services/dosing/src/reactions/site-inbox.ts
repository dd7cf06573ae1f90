import { EventLogError, type LogMessage } from '@bcmed/event-log';
import { isEvent, OrderPlaced, type StreamEvent } from '@bcmed/events';
import { StoreUnwritableError } from '@bcmed/safety-store';
import type { SiteTrust } from '@bcmed/site-trust';
import type { Clock } from '../adapters/clock.js';
import type { Delivered, DosingStore, UsedNonce } from '../adapters/dosing-store.js';
import type { Decisions } from '../commands/decisions.js';
import { Turns } from '../commands/turns.js';
import { TOLD } from '../errors.js';
import { answered } from '../views/infusions.js';
import type { Heard } from '../views/pumps.js';
import type { Ward } from '../views/ward.js';
import type { Feedback } from './feedback.js';
import { HISTORY_MS } from '../domain/target/index.js';
import { openedTarget } from './opened-target.js';
import type { FollowUp } from './follow-up.js';
import { answeredCommandOf } from './pump-answer.js';

/** Where the inbox tells what it cannot mend. */
export interface InboxLog {
  error(line: object): void;
}

export interface SiteInboxSettings {
  readonly source: string;
  readonly clock: Clock;
  readonly store: DosingStore;
  /** Judges every event at its own place in the stream. */
  readonly trust: SiteTrust;
  readonly ward: Ward;
  readonly feedback: Feedback;
  readonly decisions: Decisions;
  readonly pumpStepMlPerHour: string;
  readonly log: InboxLog;
  /** Told of what concerns keys and people, as it came. */
  readonly onTrust: (message: LogMessage) => void;
  /** Told after each batch. */
  readonly onTaken: () => void;
}

/**
 * Takes what the site says, in the order of the stream: every event is judged by the rules of admission before it counts, changes
 * the ward in memory, and may lead to something that is to be said. Only when that is on the stream, position and ward are written
 * to the store; a kill in between does all of it again, and nothing is said twice because ids follow from causes.
 */
export class SiteInbox {
  #taken: bigint;
  #isLive = false;
  readonly #followUps = new Map<string, FollowUp>();
  readonly #turns = new Turns();
  #nonces: UsedNonce[] = [];
  #delivered: Delivered[] = [];

  constructor(private readonly settings: SiteInboxSettings) {
    this.#taken = settings.store.position;
  }

  get position(): bigint {
    return this.#taken;
  }

  /** What waits to be said. */
  get waiting(): number {
    return this.#followUps.size;
  }

  /** Throws the errors of the log for what could not be said: take the same messages again. */
  async take(messages: readonly LogMessage[]): Promise<void> {
    for (const message of messages) {
      if (message.position <= this.#taken) continue;
      this.#takeOne(message);
      this.#taken = message.position;
    }
    if (this.#isLive) await this.sayWhatFollows();
    // While something is still to be said, a kill must bring us back before it.
    if (this.#followUps.size === 0) this.#save();
    this.settings.onTaken();
  }

  /** From now on what follows is said at once; what followed from earlier events is said now, unless it was. */
  async goLive(): Promise<void> {
    this.#isLive = true;
    await this.sayWhatFollows();
    this.#save();
  }

  add(followUps: readonly FollowUp[]): void {
    for (const followUp of followUps) this.#followUps.set(keyOf(followUp.infusionId, followUp.key), followUp);
  }

  /** Throws the errors of the log; what was not said stays. */
  sayWhatFollows(): Promise<void> {
    return this.#turns.take('', () => this.#say());
  }

  async #say(): Promise<void> {
    const { clock, decisions, source, log } = this.settings;
    for (const [key, { infusionId, cause, key: occasionKey, decide }] of this.#followUps) {
      const at = clock.at();
      const occasion = { actor: source, at, key: occasionKey, ...(cause !== undefined && { cause }) };
      try {
        await decisions.runWith(
          infusionId,
          (state, row) => (cause !== undefined && row.causes.includes(cause) ? [] : decide(state, row, at)),
          occasion,
        );
      } catch (error) {
        if (error instanceof EventLogError) throw error;
        log.error({
          msg: 'what follows could not be said',
          infusionId,
          cause,
          code: TOLD.followUpWaits,
          err: error,
        });
      }
      this.#followUps.delete(key);
    }
  }

  #takeOne(message: LogMessage): void {
    const [, , area = ''] = message.subject.split('.');
    if (area === 'access' || area === 'ledger') this.takeTrust(message);
    else if (area === 'association' || area === 'vitals' || area === 'pump' || area === 'dosing') {
      const event = this.#believe(message);
      if (event !== undefined) this.#takeEvent(area, event, message.position);
    }
  }

  /** Keys, people and approvals. */
  takeTrust(message: LogMessage): void {
    const { trust, ward, onTrust } = this.settings;
    const verdict = trust.judge(message);
    trust.take(message);
    if (verdict.outcome === 'admitted') ward.approvals.take(verdict.event);
    onTrust(message);
  }

  #believe(message: LogMessage): StreamEvent | undefined {
    const verdict = this.settings.trust.judge(message);
    if (verdict.outcome === 'admitted') return verdict.event;
    const { reason, detail } = verdict;
    const position = message.position.toString();
    this.settings.log.error({
      msg: `an event is not believed: ${reason}`,
      detail,
      position,
      code: TOLD.eventNotBelieved,
    });
    return undefined;
  }

  #takeEvent(area: string, event: StreamEvent, position: bigint): void {
    const { ward, feedback } = this.settings;
    if (area === 'vitals') ward.vitals.take(event);
    else if (area === 'dosing') this.#takeOwn(event, position);
    else if (area === 'association') {
      const ended = ward.associations.take(event);
      if (ended !== undefined) this.add(feedback.ofEnded(event, ended));
    } else {
      const heard = ward.pumps.take(event);
      if (heard === undefined) return;
      this.#count(event, heard);
      this.#follow(event, heard);
      this.add(feedback.ofPump(event));
      const commandId = answeredCommandOf(event);
      if (commandId !== undefined) this.#settle(commandId);
    }
  }

  #settle(commandId: string): void {
    const { infusions } = this.settings.ward;
    const [id] = infusions.withCommand(commandId) ?? [];
    if (id === undefined) return;
    infusions.change(id, (row) => (row.awaiting?.commandId === commandId ? answered(row) : row));
  }

  #takeOwn(event: StreamEvent, position: bigint): void {
    const { ward, feedback } = this.settings;
    ward.infusions.take(event, position);
    ward.targets.take(event);
    if (event.causationid !== undefined) this.#followUps.delete(keyOf(event.subject, event.causationid));
    if (isEvent(event, OrderPlaced))
      this.#nonces.push({ nonce: event.data.nonce, orderId: event.data.orderId });
    ward.libraries.take(event, position);
    this.add([
      ...feedback.ofStop(event, position),
      ...feedback.ofAuthorised(event),
      ...feedback.ofLibrary(event),
    ]);
  }

  /** What a pump says of its volume moves the course of its target; an answer may begin one. */
  #follow(event: StreamEvent, { saidVolumeMl }: Heard): void {
    const { ward, pumpStepMlPerHour } = this.settings;
    const atMs = Date.parse(event.time);
    if (saidVolumeMl !== undefined) ward.targets.delivered(event.subject, atMs, saidVolumeMl);
    ward.targets.take(event);
    const opened = openedTarget(event, ward, pumpStepMlPerHour);
    if (opened === undefined) return;
    const { patient = '', drug = '' } = opened.order;
    const given = this.settings.store.given(patient, drug, atMs - HISTORY_MS, this.#delivered);
    ward.targets.open(event.subject, atMs, { ...opened, given });
  }

  /** Adds what went in to the patient at this pump, and to the infusion that it belongs to. */
  #count(event: StreamEvent, { deliveredMl: ml }: Heard): void {
    const { associations, infusions } = this.settings.ward;
    const found = associations.table.get(event.subject);
    if (ml <= 0) return;
    if (found !== undefined) {
      const { patient, drug } = found;
      this.#delivered.push({ patient, drug, atMs: Date.parse(event.time), ml });
    }
    for (const [id, { state }] of infusions.on(event.subject))
      if (found === undefined || state.subject?.drug === found.drug)
        infusions.change(id, (row) => ({ ...row, volumeMl: row.volumeMl + ml }));
  }

  #save(): void {
    const { store, ward } = this.settings;
    const [nonces, delivered] = [this.#nonces, this.#delivered];
    try {
      store.save({ position: this.#taken, tables: ward.tables, nonces, delivered });
    } catch (error) {
      if (!(error instanceof StoreUnwritableError)) throw error;
      // Reading goes on, so that nobody is believed who was revoked; orders wait; all of it is written with the next batch.
      this.settings.log.error({ msg: error.message, code: error.code });
      return;
    }
    this.#nonces = [];
    this.#delivered = [];
  }
}

const keyOf = (infusionId: string, key: string): string => `${infusionId} ${key}`;
