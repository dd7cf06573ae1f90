import type { Refusal } from './order.js';

/** What a bolus is: so much, this fast. */
export interface OrderedBolus {
  readonly volumeMl: number;
  readonly rateMlPerHour: number;
}

/** A volume to be infused, and what the pump does when it is in. */
export interface VolumeLimit {
  readonly volumeMl: number;
  readonly atEnd: 'STOP' | 'KVO';
}

/** How the pump was before the first frame, and what it becomes again. */
export interface BeforeBolus {
  readonly delivering: boolean;
  /** What it runs at; another rate than the set one is that of keeping the vein open. */
  readonly rateMlPerHour: number;
  readonly setRateMlPerHour: number;
  /** What was left of the volume to be infused, at most; absent when none was set. */
  readonly left?: VolumeLimit;
  /** The pump's own count. */
  readonly volumeInfusedMl: number;
}

/**
 * How far a bolus has come. A phase stands on disk before its frame leaves; found there after a death, the frame of that phase is
 * not written for the bolus again.
 *
 * volume: the pump stops by itself when the bolus is in · rate · start, where the pump was held · giving: nothing is written ·
 * former-rate, former-volume: as it was before · resume: start, where the pump ran before.
 */
export type BolusPhase = 'volume' | 'rate' | 'start' | 'giving' | 'former-rate' | 'former-volume' | 'resume';

/** A bolus at the pump, as it stands on disk. */
export interface BolusRun {
  readonly before: BeforeBolus;
  readonly phase: BolusPhase;
  /** Whether the infusion goes on afterwards; decided once, when the pump has stopped. */
  readonly resumes?: boolean;
  /** The limit that is set back, 0 for none; reckoned once. */
  readonly formerVolumeMl?: number;
  /** What the pump gave until then. */
  readonly givenMl?: number;
  /** How often the frame of this phase was written. */
  readonly tries?: number;
}

/** What the pump says of itself now. */
export interface BolusSeen {
  readonly delivering: boolean;
  readonly setRateMlPerHour: number;
  /** 0 when none is set. */
  readonly vtbiMl: number;
  readonly atEnd?: string;
  readonly volumeInfusedMl: number;
  /** Our term for the alarm that it shows. */
  readonly alarm?: string;
}

/** What is to be written, in the words of no vendor. */
export type BolusFrame =
  | { readonly kind: 'limit'; readonly volumeMl: number; readonly atEnd: 'STOP' | 'KVO' }
  | { readonly kind: 'rate'; readonly rateMlPerHour: number }
  | { readonly kind: 'start' };

export type BolusStep =
  | { readonly do: 'write'; readonly run: BolusRun; readonly frame: BolusFrame }
  | { readonly do: 'wait'; readonly run: BolusRun }
  | {
      readonly do: 'end';
      readonly volumeGivenMl: number;
      /** Absent when all is as ordered. */
      readonly refusal?: Refusal;
      /** The pump's count does not tell what was given. */
      readonly isUnknown?: true;
    };

/** What happened beside the pump. */
export interface BolusCircumstances {
  /** A stop of this pump came after the order. */
  readonly isStopped: boolean;
  /** It was begun in an earlier life of the adapter, or its next phase could not be recorded: nothing is added to it. */
  readonly isOnlyEnded: boolean;
}

/** Two displays of thousandths, one at each end. */
const RESOLUTION_ML = 0.002;
const MOST_TRIES = 3;
const STOPPED_BY_LIMIT = 'volume-to-be-infused-stopped';

/** Why a bolus is not begun on a pump as it is; the limit that is left must hold more than the bolus. */
export function notBegun({ volumeMl }: OrderedBolus, before: BeforeBolus): Refusal | undefined {
  const { left, delivering, rateMlPerHour, setRateMlPerHour } = before;
  if (delivering && rateMlPerHour !== setRateMlPerHour)
    return {
      reason: 'state-changed',
      detail: `the pump runs at ${rateMlPerHour} ml/h, which is not its set rate`,
    };
  if (left === undefined || left.volumeMl > volumeMl) return undefined;
  const detail = `of the volume to be infused ${left.volumeMl} ml are left, which is not more than the bolus`;
  return { reason: 'state-changed', detail };
}

/** The first step: the pump itself stops when the bolus is in, whoever dies afterwards. */
export function beginBolus({ volumeMl }: OrderedBolus, before: BeforeBolus): BolusStep {
  return write({ before, phase: 'volume' }, { kind: 'limit', volumeMl, atEnd: 'STOP' });
}

/**
 * What comes next, by what was recorded last and by what the pump says. Total and pure: the same reading gives the same step.
 *
 * Promises: a faster rate is never set, and the pump never started for the bolus, unless the pump was read back with the bolus as its
 * limit; neither happens after a stop, nor in another life than that which began it; what a hand has changed is left as it is; the infusion goes on only
 * if it ran before, the whole bolus is in, and the pump still says that it stopped for that.
 */
export function nextOfBolus(
  bolus: OrderedBolus,
  run: BolusRun,
  seen: BolusSeen,
  now: BolusCircumstances,
): BolusStep {
  if (givenBy(run, seen) < 0) return { do: 'end', volumeGivenMl: 0, isUnknown: true };
  const hand = handAt(bolus, run, seen);
  if (hand !== undefined) return ended(bolus, run, seen, now, hand);
  const isLimited = seen.vtbiMl === bolus.volumeMl && seen.atEnd === 'STOP';
  const mayGoOn = !now.isStopped && !now.isOnlyEnded && isLimited;
  switch (run.phase) {
    case 'volume':
      if (!mayGoOn) break;
      return write({ ...run, phase: 'rate' }, { kind: 'rate', rateMlPerHour: bolus.rateMlPerHour });
    case 'rate':
    case 'start':
    case 'giving': {
      const isFast = seen.setRateMlPerHour === bolus.rateMlPerHour && isLimited;
      if (isFast && seen.delivering) return { do: 'wait', run: { ...run, phase: 'giving' } };
      // A pump that ran before and is held now was held by somebody.
      if (run.phase === 'rate' && isFast && mayGoOn && !run.before.delivering)
        return write({ ...run, phase: 'start' }, { kind: 'start' });
      break;
    }
    default:
      break;
  }
  return restore(bolus, decided(bolus, run, seen, now), seen, now);
}

/** Back to what was before: rate, limit, and the infusion if it is to go on. */
function restore(bolus: OrderedBolus, run: BolusRun, seen: BolusSeen, now: BolusCircumstances): BolusStep {
  const { before, formerVolumeMl = 0 } = run;
  if (seen.setRateMlPerHour !== before.setRateMlPerHour && mayTry(run, 'former-rate'))
    return write(again(run, 'former-rate'), { kind: 'rate', rateMlPerHour: before.setRateMlPerHour });
  if (seen.vtbiMl !== formerVolumeMl && mayTry(run, 'former-volume')) {
    const atEnd = before.left?.atEnd ?? 'STOP';
    return write(again(run, 'former-volume'), { kind: 'limit', volumeMl: formerVolumeMl, atEnd });
  }
  const isAsBefore = seen.setRateMlPerHour === before.setRateMlPerHour && seen.vtbiMl === formerVolumeMl;
  if (isAsBefore && run.resumes && !seen.delivering && !now.isStopped && run.phase !== 'resume')
    return write({ ...run, phase: 'resume' }, { kind: 'start' });
  return ended(
    bolus,
    run,
    seen,
    now,
    isAsBefore ? undefined : 'the pump did not take its former settings back',
  );
}

/** Once, when the giving is over: whether the infusion goes on, and how much it may still give. */
function decided(
  bolus: OrderedBolus,
  run: BolusRun,
  seen: BolusSeen,
  { isStopped }: BolusCircumstances,
): BolusRun {
  if (run.formerVolumeMl !== undefined) return run;
  const { before } = run;
  const given = givenBy(run, seen);
  const isIn = given >= bolus.volumeMl - RESOLUTION_ML;
  const resumes = before.delivering && isIn && !isStopped && seen.alarm === STOPPED_BY_LIMIT;
  // A limit of nothing would be none: the least there is, so that the pump stops again at once.
  const isUntouched = run.phase === 'volume' && seen.vtbiMl !== bolus.volumeMl;
  if (isUntouched) return { ...run, resumes: false, formerVolumeMl: seen.vtbiMl, givenMl: given };
  const left = before.left ? Math.max(0.001, roundMl(before.left.volumeMl - given)) : 0;
  return { ...run, resumes, formerVolumeMl: left, givenMl: given };
}

/** What somebody changed at the pump meanwhile; then nothing more is written. */
function handAt(bolus: OrderedBolus, run: BolusRun, seen: BolusSeen): string | undefined {
  const rates = [bolus.rateMlPerHour, run.before.setRateMlPerHour];
  if (!rates.includes(seen.setRateMlPerHour)) return `somebody set ${seen.setRateMlPerHour} ml/h at the pump`;
  const isGiving = run.phase === 'giving' && seen.delivering;
  if (isGiving && seen.setRateMlPerHour !== bolus.rateMlPerHour)
    return `somebody set ${seen.setRateMlPerHour} ml/h at the pump`;
  if (isGiving && seen.vtbiMl !== bolus.volumeMl) return 'somebody changed the volume at the pump';
  return undefined;
}

function ended(
  bolus: OrderedBolus,
  run: BolusRun,
  seen: BolusSeen,
  { isStopped }: BolusCircumstances,
  fault: string | undefined,
): BolusStep {
  const volumeGivenMl = givenBy(run, seen);
  const isIn = volumeGivenMl >= bolus.volumeMl - RESOLUTION_ML;
  const share = `${volumeGivenMl} of ${bolus.volumeMl} ml`;
  const end = (reason: Refusal['reason'], detail: string): BolusStep => ({
    do: 'end',
    volumeGivenMl,
    refusal: { reason, detail: `${share} went in; ${detail}` },
  });
  if (isStopped && !(isIn && fault === undefined && !run.before.delivering))
    return end('fenced-by-stop', fault ?? 'a stop came after it');
  if (!isIn)
    return end('cut-short', fault ?? (seen.delivering ? 'the pump runs as before' : 'the pump is held'));
  if (fault !== undefined) return end('read-back-differs', fault);
  if (run.before.delivering && !seen.delivering)
    return end('read-back-differs', 'the pump is held: start it again');
  return { do: 'end', volumeGivenMl };
}

const write = (run: BolusRun, frame: BolusFrame): BolusStep => ({ do: 'write', run, frame });

function mayTry({ phase, tries = 0 }: BolusRun, wanted: BolusPhase): boolean {
  return phase !== wanted || tries < MOST_TRIES;
}

function again(run: BolusRun, phase: BolusPhase): BolusRun {
  return { ...run, phase, tries: run.phase === phase ? (run.tries ?? 0) + 1 : 1 };
}

function givenBy({ givenMl, before }: BolusRun, { volumeInfusedMl }: BolusSeen): number {
  return givenMl ?? roundMl(volumeInfusedMl - before.volumeInfusedMl);
}

const roundMl = (volumeMl: number): number => Math.round(volumeMl * 1_000) / 1_000;
