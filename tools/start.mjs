/** `npm start [-- --fresh …]`: from a bare clone to the running house. The arguments go to `bcmed up`. */
import { setUp } from './lib/setup.mjs';
import { launch } from './lib/launch.mjs';
import { fail, say } from './lib/terminal.mjs';

await setUp().catch(fail);
say();
await launch(['up', ...process.argv.slice(2)]).then((code) => process.exit(code), fail);
