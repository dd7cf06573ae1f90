/** A pressor effect as a Hill curve of the plasma concentration. */
export interface PressorCurve {
  readonly source: string;
  readonly maxMmHg: number;
  readonly halfNgPerMl: number;
  readonly slope: number;
}

/** With the C50 of 7.04; older versions of PAS have 70.4, a slip. */
export const BELOEIL_PRESSOR: PressorCurve = {
  source: 'Beloeil 2005 by PAS (fork yumuk1989), mechanism model',
  maxMmHg: 98.7,
  halfNgPerMl: 7.04,
  slope: 1.8,
};

export const OUALHA_PRESSOR: PressorCurve = {
  source: 'Oualha 2014 by PAS (fork yumuk1989), mechanism model; children',
  maxMmHg: 32,
  halfNgPerMl: 4.11,
  slope: 1,
};

/** Rise of mean arterial pressure above what it were without norepinephrine. */
export function pressorEffectMmHg(curve: PressorCurve, norepinephrineNgPerMl: number): number {
  if (norepinephrineNgPerMl <= 0) return 0;
  return curve.maxMmHg / (1 + (curve.halfNgPerMl / norepinephrineNgPerMl) ** curve.slope);
}
