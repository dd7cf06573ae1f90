/** Brings a bare clone to a built house and stops there: `node tools/setup.mjs`. */
import { setUp } from './lib/setup.mjs';
import { fail } from './lib/terminal.mjs';

await setUp().catch(fail);
