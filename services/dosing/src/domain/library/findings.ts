import type { Path } from './document.js';

/** What a rule of the linter is about; stable, so that a site can count them. */
export type LintRule =
  | 'yaml'
  | 'shape'
  | 'notice'
  | 'duplicate-name'
  | 'unknown-name'
  | 'unsourced'
  | 'unknown-unit'
  | 'unit-spelling'
  | 'not-a-quantity'
  | 'dimension'
  | 'limit-unit'
  | 'limit-order'
  | 'concentration-missing'
  | 'tenfold'
  | 'thousandfold'
  | 'weight-range'
  | 'approvals';

/** An error forbids the release; a warning has to be read by whoever releases. */
export type Severity = 'error' | 'warning';

/** What a rule found, before it has a line. */
export interface Finding {
  readonly path: Path;
  readonly rule: LintRule;
  readonly severity: Severity;
  readonly words: string;
  readonly fix: string;
}

/** One problem of a library, complete enough to be repaired without asking anybody. */
export interface LintProblem {
  /** drug/careArea/field, or the part of the file outside the drugs. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly rule: LintRule;
  readonly severity: Severity;
  readonly words: string;
  readonly fix: string;
}
