#!/usr/bin/env node
/** `npx bcmed …`: the built command line on the pinned Node, whatever Node the machine has. */
import { launch } from '../../../tools/lib/launch.mjs';
import { fail } from '../../../tools/lib/terminal.mjs';

await launch(process.argv.slice(2), { cwd: process.cwd() }).then((code) => process.exit(code), fail);
