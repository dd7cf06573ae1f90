import {
  bolusOf,
  doseIn,
  doseOf,
  rateMlPerHourOf,
  type Concentration,
  type Rational,
} from '@bcmed/clinical-units';
import type { PumpOrder } from '@bcmed/events';
import { toToken } from '@bcmed/events';
import type { Clock } from '../adapters/clock.js';
import type { DosingStore } from '../adapters/dosing-store.js';
import type { LibraryShelf } from '../adapters/library-shelf.js';
import type { Protocols } from '../adapters/protocols.js';
import { entryOf, type LibraryEntry } from '../domain/library/index.js';
import type { Facts, ProtocolResult, VitalsSample } from '../domain/order/index.js';
import type { InfusionRow } from '../views/infusions.js';
import type { Ward } from '../views/ward.js';

export interface FactFinderSettings {
  readonly clock: Clock;
  readonly store: DosingStore;
  readonly shelf: LibraryShelf;
  readonly protocols: Protocols;
  readonly ward: Ward;
  readonly pumpStepMlPerHour: string;
}

/** What the decider is told of the ward, looked up at the moment of the decision. */
export class FactFinder {
  constructor(private readonly settings: FactFinderSettings) {}

  /** Never throws for what people write, nor for a chain that is away. */
  async factsFor(
    order: PumpOrder | undefined,
    row: InfusionRow,
    nonceUsedElsewhere: boolean,
  ): Promise<Facts> {
    const { shelf, ward, pumpStepMlPerHour } = this.settings;
    const common = { pumpStepMlPerHour, nonceUsedElsewhere };
    if (order === undefined)
      return { ...common, library: undefined, association: undefined, vitals: [], deliveredMl: '0' };
    const library = shelf.activeFor(order.unit);
    const found = ward.associations.of(order.pump);
    const vitals = ward.vitals.of(order.patient);
    const entry = library && entryOf(library.content, order.drug ?? '', order.careArea ?? '');
    const deliveredMl = this.#deliveredMl(order, entry);
    const shown = ward.pumps.table.get(toToken(order.pump));
    const setRateMlPerHour = shown?.connected === true ? shown.setRateMlPerHour : undefined;
    const protocol = entry && (await this.#protocol(entry, { order, vitals, row, deliveredMl }));
    return {
      ...common,
      library: library && { hash: library.hash, content: library.content },
      association: found && {
        pump: found.pump,
        patient: found.patient,
        unit: found.unit,
        syringe: { drug: found.drug, concentration: found.concentration },
      },
      vitals,
      deliveredMl,
      ...(setRateMlPerHour !== undefined && { setRateMlPerHour }),
      ...(protocol !== undefined && { protocol }),
    };
  }

  #deliveredMl({ patient, drug }: PumpOrder, entry: LibraryEntry | undefined): string {
    if (patient === undefined || drug === undefined) return '0';
    const hours = entry?.cumulativeCap?.perHours ?? 24;
    const { store, clock } = this.settings;
    return store.deliveredMl(patient, drug, clock.wallMs() - hours * 3_600_000).toFixed(6);
  }

  async #protocol(
    entry: LibraryEntry,
    known: {
      readonly order: PumpOrder;
      readonly vitals: readonly VitalsSample[];
      readonly row: InfusionRow;
      readonly deliveredMl: string;
    },
  ): Promise<ProtocolResult | undefined> {
    const { protocol } = entry;
    const [newest] = known.vitals;
    const concentration = entry.concentrations.get(known.order.concentration ?? '');
    const { heartRateBpm, meanArterialPressureMmHg, saturationPercent } = newest ?? {};
    // What is missing here is refused by name elsewhere; a protocol is not asked with guesses.
    if (protocol === undefined || newest === undefined || concentration === undefined) return undefined;
    if (
      heartRateBpm === undefined ||
      meanArterialPressureMmHg === undefined ||
      saturationPercent === undefined
    )
      return undefined;
    const nowMs = this.settings.clock.wallMs();
    const previous = previousDose(known.row, concentration, known.order.weightKg);
    const delivered = deliveredNanogramPerKg(known.deliveredMl, concentration, known.order.weightKg);
    if (previous === undefined || delivered === undefined) return undefined;
    return this.settings.protocols.ask(protocol, {
      heartRate: thousandths(heartRateBpm),
      pressure: thousandths(meanArterialPressureMmHg),
      saturation: thousandths(saturationPercent),
      measuredAtMs: BigInt(Math.round(nowMs - newest.ageMs)),
      nowMs: BigInt(nowMs),
      ...previous,
      delivered,
    });
  }
}

/** What was authorised before, in ng/kg/min; undefined when it cannot be said in it. */
function previousDose(
  { state, authorisedTime }: InfusionRow,
  concentration: Concentration,
  weightKg: string | undefined,
): { previousDose: bigint; previousAtMs: bigint } | undefined {
  const { authorised } = state;
  if (authorised === undefined) return { previousDose: 0n, previousAtMs: 0n };
  return orUndefined(() => {
    // The library wrote the unit when it was authorised.
    const dose = doseIn(authorised.dose.value, authorised.dose.unit as Parameters<typeof doseIn>[1]);
    const perKg = dose.unit.includes('/kg/') ? weightKg : undefined;
    const rate = rateMlPerHourOf(dose, concentration, perKg);
    const { value } = doseOf(rate, concentration, 'ng/kg/min', weightKg);
    return { previousDose: truncated(value), previousAtMs: BigInt(Date.parse(authorisedTime)) };
  });
}

function deliveredNanogramPerKg(
  ml: string,
  concentration: Concentration,
  weightKg: string | undefined,
): bigint | undefined {
  // Rounded up: a cap counts what may have gone in.
  return orUndefined(() => truncated(bolusOf(ml, concentration, 'ng/kg', weightKg).value) + 1n);
}

const truncated = ({ numerator, denominator }: Rational): bigint => numerator / denominator;
const thousandths = (value: number): bigint => BigInt(Math.round(value * 1_000));

/** A weight or unit with which nothing can be reckoned is refused by the decider, in words. */
function orUndefined<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
