/** Drug libraries: read, judged, released, and looked up. */
export { libraryDifferences, type LibraryDifference } from './differences.js';
export type { LintProblem, LintRule, Severity } from './findings.js';
export { drugLibrary, entryOf, type DrugLibrary, type LibraryEntry, type Limits } from './library.js';
export { lintLibrary, type LintReport } from './lint.js';
export {
  decideLibrary,
  libraryInEffect,
  nextEffect,
  openProposal,
  type LibraryBook,
  type LibraryCommand,
  type LibraryEvent,
  type ProposedLibrary,
} from './release.js';
export { EXAMPLE_NOTICE } from './rules.js';
export { librarySchema, type LibraryDocument } from './schema.js';
