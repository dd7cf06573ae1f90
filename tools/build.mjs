/** `npm run build`: sets up what is missing and compiles everything that runs. */
import { setUp } from './lib/setup.mjs';
import { fail } from './lib/terminal.mjs';

await setUp().catch(fail);
