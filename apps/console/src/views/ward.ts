import {
  isEvent,
  OrderPlaced,
  StatusSampled,
  TargetStep,
  toToken,
  VitalsSampled,
  type StreamEvent,
} from '@bcmed/events';
import type { AnchoredBlock } from '@bcmed/verification';
import { blockOf } from './folds/block.js';
import { Board, type Whose } from '../domain/board.js';
import { commandAfter, commandAnswered, commandGiven } from './folds/command.js';
import { infusionAfter } from './folds/infusion.js';
import type { Change, CommandView, InfusionView, PumpView, TargetView, VitalsView } from '../domain/live.js';
import { pumpAfter, unheardPump, type ShownPump } from './folds/pump.js';
import { isAgain, placeOf } from '../domain/sender-place.js';
import { targetAfter, targetAfterCommand } from './folds/target.js';
import { vitalsOf } from './folds/vitals.js';
import { Places } from './places.js';
import { Trends } from './trends.js';

/** A browser keeps as many. */
const MOST_COMMANDS = 400;
const MOST_BLOCKS = 240;
/** What was measured so long ago, of a patient who lies nowhere, is not shown any more. */
const VITALS_KEPT_MS = 7_200_000;

interface Heard<Value> {
  readonly value: Value;
  readonly place: string;
}

/**
 * The ward as browsers are told it, on the {@link Board}. Gets admitted events in the order of the stream; one that an edge sender sent
 * again changes nothing.
 */
export class Ward {
  readonly board = new Board();
  readonly trends = new Trends();
  readonly #places = new Places();
  /** By the name of the pump in subjects. */
  readonly #pumps = new Map<string, Heard<ShownPump>>();
  readonly #infusions = new Map<string, InfusionView>();
  readonly #unitOfInfusion = new Map<string, string>();
  readonly #vitals = new Map<string, Heard<VitalsView>>();
  readonly #commands = new Map<
    string,
    { readonly command: CommandView; readonly whose: Whose | undefined }
  >();
  readonly #newestCommand = new Map<string, string>();
  readonly #targets = new Map<string, TargetView>();
  readonly #published = new Map<string, string>();
  readonly #blocks: string[] = [];

  take(event: StreamEvent, nowMs: number): void {
    const [, area = ''] = event.type.split('.');
    if (area === 'pump') this.#pump(event, nowMs);
    else if (area === 'vitals') this.#sample(event, nowMs);
    else if (area === 'association') this.#move(event, nowMs);
    else if (area === 'dosing') this.#dosing(event, nowMs);
    else if (event.type.startsWith('bcmed.access.approval-'))
      this.board.put(event.subject, { of: 'approval', value: { id: event.subject } }, undefined, nowMs);
  }

  /** A block of which a quorum's signatures were checked. */
  takeBlock(data: AnchoredBlock, storedMs: number, nowMs: number): void {
    const block = blockOf(data, storedMs);
    this.board.put(block.number, { of: 'block', value: block }, undefined, nowMs);
    if (this.#blocks.includes(block.number)) return;
    this.#blocks.push(block.number);
    while (this.#blocks.length > MOST_BLOCKS) this.board.drop('block', this.#blocks.shift() ?? '');
  }

  /** What a browser that comes new is told of the last two hours, each with whose it is. */
  pictures(nowMs: number): { readonly change: Change; readonly whose: Whose | undefined }[] {
    const ofPumps = this.trends.pumps(nowMs).map((value) => {
      const token = toToken(value.serial);
      const { serial } = this.#pumps.get(token)?.value ?? value;
      return { change: { of: 'pump-trend' as const, value: { ...value, serial } }, whose: this.#at(token) };
    });
    const ofPatients = this.trends.patients(nowMs).map((value) => ({
      change: { of: 'vitals-trend' as const, value },
      whose: this.#of(value.patient),
    }));
    return [...ofPumps, ...ofPatients];
  }

  /** Forgets what nobody needs any more. To be called now and then. */
  sweep(nowMs: number): void {
    this.board.forget(nowMs);
    for (const [patient, { value }] of this.#vitals) {
      if (nowMs - value.atMs < VITALS_KEPT_MS || this.#places.knows(patient)) continue;
      this.#vitals.delete(patient);
      this.trends.forgetPatient(patient);
      this.board.take('vitals', patient, nowMs);
    }
  }

  #pump(event: StreamEvent, nowMs: number): void {
    const pump = event.subject;
    if (isEvent(event, StatusSampled)) this.trends.takeStatus(event);
    const answered = commandAnswered(event);
    if (answered !== undefined) this.#answer(answered, event, nowMs);
    const before = this.#pumps.get(pump);
    const place = placeOf(event);
    if (before !== undefined && isAgain(place, before.place)) return;
    this.#steer(pump, event);
    const known = before?.value ?? unheardPump(this.#places.of(pump)?.pump ?? pump);
    this.#pumps.set(pump, { value: pumpAfter(known, event), place });
    this.#publishPump(pump, nowMs);
  }

  #sample(event: StreamEvent, nowMs: number): void {
    if (!isEvent(event, VitalsSampled)) return;
    this.trends.takeVitals(event);
    const patient = event.subject;
    const before = this.#vitals.get(patient);
    const place = placeOf(event);
    if (before !== undefined && isAgain(place, before.place)) return;
    this.#vitals.set(patient, { value: vitalsOf(event), place });
    this.#publishVitals(patient, nowMs);
  }

  #move(event: StreamEvent, nowMs: number): void {
    const { pumps, beds, patients } = this.#places.take(event);
    for (const pump of pumps) {
      const { pump: serial } = this.#places.of(pump) ?? {};
      // A pump that is recorded and was never heard is shown as what it is: not connected.
      if (serial !== undefined && !this.#pumps.has(pump))
        this.#pumps.set(pump, { value: unheardPump(serial), place: '' });
      this.#publishPump(pump, nowMs);
    }
    for (const name of beds) {
      const bed = this.#places.bed(name);
      if (bed === undefined) this.board.take('bed', name, nowMs);
      else this.board.put(name, { of: 'bed', value: bed }, bed, nowMs);
    }
    for (const patient of patients) this.#publishVitals(patient, nowMs);
  }

  #dosing(event: StreamEvent, nowMs: number): void {
    const given = commandGiven(event);
    if (given !== undefined) {
      const { command, order } = given;
      const pump = toToken(order.pump);
      const whose = order.patient === undefined ? this.#at(pump) : this.#of(order.patient, order.unit);
      this.#commands.set(command.commandId, { command, whose });
      this.#newestCommand.set(pump, command.commandId);
      const target = targetAfterCommand(this.#targets.get(pump), command.commandId, order);
      if (target === undefined) this.#targets.delete(pump);
      else this.#targets.set(pump, target);
      this.board.put(command.commandId, { of: 'command', value: command }, whose, nowMs);
      this.#forgetCommands();
      this.#publishPump(pump, nowMs);
      return;
    }
    if (isEvent(event, TargetStep)) {
      this.#steer(event.subject, event);
      this.#publishPump(event.subject, nowMs);
      return;
    }
    if (isEvent(event, OrderPlaced)) this.#noteUnit(event.subject, event.data.order.text);
    this.#infusion(event, nowMs);
  }

  #steer(pump: string, event: StreamEvent): void {
    const target = this.#targets.get(pump);
    if (target !== undefined) this.#targets.set(pump, targetAfter(target, event));
  }

  #infusion(event: StreamEvent, nowMs: number): void {
    const id = event.subject;
    const before = this.#infusions.get(id);
    const after = infusionAfter(before, event);
    if (after === before) return;
    if (after === undefined) {
      this.#infusions.delete(id);
      this.#unitOfInfusion.delete(id);
      this.board.take('infusion', id, nowMs);
    } else {
      this.#infusions.set(id, after);
      const { patient } = after;
      const whose = patient === undefined ? undefined : this.#of(patient, this.#unitOfInfusion.get(id));
      this.board.put(id, { of: 'infusion', value: after }, whose ?? this.#at(toToken(after.pump)), nowMs);
    }
    this.#publishPump(toToken((after ?? before)?.pump ?? ''), nowMs);
  }

  #answer(commandId: string, event: StreamEvent, nowMs: number): void {
    const known = this.#commands.get(commandId);
    if (known === undefined) return;
    const command = commandAfter(known.command, event);
    this.#commands.set(commandId, { ...known, command });
    this.board.put(commandId, { of: 'command', value: command }, known.whose, nowMs);
  }

  #forgetCommands(): void {
    for (const oldest of this.#commands.keys()) {
      if (this.#commands.size <= MOST_COMMANDS) return;
      this.#commands.delete(oldest);
      this.board.drop('command', oldest);
    }
  }

  #publishPump(pump: string, nowMs: number): void {
    const shown = this.#pumps.get(pump)?.value;
    if (shown === undefined) return;
    const before = this.#published.get(pump);
    if (before !== undefined && before !== shown.serial) this.board.take('pump', before, nowMs);
    this.#published.set(pump, shown.serial);
    this.board.put(shown.serial, { of: 'pump', value: this.#viewOf(pump, shown) }, this.#at(pump), nowMs);
  }

  #viewOf(pump: string, shown: ShownPump): PumpView {
    const place = this.#places.of(pump);
    const infusion = this.#infusionOn(pump);
    const lastCommandId = this.#newestCommand.get(pump);
    const target = this.#targets.get(pump);
    const { authorised, waiting } = infusion ?? {};
    return {
      ...shown,
      ...(place && {
        bed: place.bed,
        unit: place.unit,
        patient: place.patient,
        drug: place.drug,
        concentration: place.concentration,
        associationId: place.associationId,
        associatedSinceMs: place.sinceMs,
      }),
      ...(infusion && { infusionId: infusion.id }),
      ...(authorised && { dose: authorised.dose, authorisedRateMlPerHour: authorised.rateMlPerHour }),
      ...(waiting && { waitingOrderId: waiting.orderId }),
      ...(lastCommandId !== undefined && { lastCommandId }),
      ...(target && { target }),
    };
  }

  /** What may run on it; else what waits; else what was ended and not closed. The newest of each. */
  #infusionOn(pump: string): InfusionView | undefined {
    const open = [...this.#infusions.values()].filter((infusion) => toToken(infusion.pump) === pump);
    const newest = (phase: InfusionView['phase']) => open.findLast((infusion) => infusion.phase === phase);
    return newest('authorised') ?? newest('ordered') ?? newest('ended');
  }

  #publishVitals(patient: string, nowMs: number): void {
    const value = this.#vitals.get(patient)?.value;
    if (value !== undefined) this.board.put(patient, { of: 'vitals', value }, this.#of(patient), nowMs);
  }

  /** Dosing has checked the unit of an order against the record before it placed it. */
  #noteUnit(infusion: string, text: string): void {
    const found: unknown = JSON.parse(text);
    if (typeof found === 'object' && found !== null && 'unit' in found && typeof found.unit === 'string')
      this.#unitOfInfusion.set(infusion, found.unit);
  }

  #at(pump: string): Whose | undefined {
    const place = this.#places.of(pump);
    return place && { patient: place.patient, unit: place.unit };
  }

  /** A patient of whom nobody knows where they lie is readable only to who may read everywhere. */
  #of(patient: string, otherwise = 'unknown'): Whose {
    return { patient, unit: this.#places.unitOf(patient) ?? otherwise };
  }
}
