import fc from 'fast-check';

/**
 * Properties try the same cases in every run of the tests, so that a change is judged by what it changed. Other cases are tried with
 * `PROPERTY_SEED=<number> npm test -- --project unit`; a failure prints the seed that it was found with.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_127) });
