/** Drug libraries: read, judged, and looked up. */
export type { LintProblem, LintRule, Severity } from './findings.js';
export { drugLibrary, entryOf, type DrugLibrary, type LibraryEntry, type Limits } from './library.js';
export { lintLibrary, type LintReport } from './lint.js';
export { EXAMPLE_NOTICE } from './rules.js';
export { librarySchema, type LibraryDocument } from './schema.js';
