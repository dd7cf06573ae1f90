import { Command, InvalidArgumentError } from 'commander';
import { demo, type DemoOptions } from './commands/demo.js';
import { doctor, type DoctorOptions } from './commands/doctor.js';
import { exportLog, type ExportOptions } from './commands/export.js';
import { up, type UpOptions } from './commands/up.js';
import { verify, type VerifyOptions } from './commands/verify.js';
import { DEFAULT_DATA_DIR } from './stack/paths.js';

const EPILOGUE = `
BCMed is research software: it is not a medical device and not for clinical use.
Results go to standard output, everything else to standard error; the exit code is 0 only when all is well.`;

/** The command line. Parsing is all it does; each command is a file of its own. */
export function program(): Command {
  const root = new Command('bcmed')
    .description('Signed, ledgered control plane for multi-infusion pump set-ups')
    .addHelpText('after', EPILOGUE)
    .showHelpAfterError('(run with --help for what it takes)');

  withData(
    root
      .command('up')
      .description(
        'start everything on this machine with emulated pumps, show it live, and stay up until Ctrl-C',
      ),
  )
    .option('--fresh', 'remove the data of an earlier site first', false)
    .option('--site <name>', 'name of a new site (a-z, 0-9, -)', siteName, 'demo')
    .option('--beds <n>', 'how many beds, each with a virtual patient and its pumps', whole(1, 64), 4)
    .option('--pumps <n>', 'so many pumps with nobody behind them, instead of beds', whole(1, 64))
    .option(
      '--seed <n>',
      'decides everything that looks like chance at the pumps',
      whole(0, 4_294_967_295),
      1,
    )
    .option('--json', 'print a line of JSON every five seconds instead of the live view', false)
    .action((options: UpOptions) => up(options));

  root
    .command('demo')
    .description(
      'play a scripted session and a short shift on a fresh stack, verify everything, print what every service did, and end',
    )
    .option('--seconds <n>', 'length of the session', whole(20, 86_400), 60)
    .option(
      '--seed <n>',
      'decides everything that looks like chance at the pumps',
      whole(0, 4_294_967_295),
      1,
    )
    .option('--data <dir>', 'keep the data in this folder (default: a temporary one)')
    .option('--json', 'print the summary as one line of JSON', false)
    .action(async (options: DemoOptions) => leave(await demo(options)));

  withData(
    root
      .command('verify')
      .description(
        'recompute every seal, leaf, root and link, compare with the chain, and name the first event that differs',
      ),
  )
    .option('--export <dir>', 'verify an exported folder instead of the data folder')
    .option(
      '--root-key <kid>',
      'the thumbprint of the root key that you trust (default: the one in the folder, which proves less)',
    )
    .option('--json', 'print the report as one line of JSON', false)
    .action(async (options: VerifyOptions) => leave(await verify(options)));

  withData(
    root
      .command('export')
      .description(
        'write the log, its blocks and the facts of the chain into a folder that can be verified elsewhere',
      ),
  )
    .argument('<dir>', 'folder to write; must be empty or absent')
    .option('--json', 'print what was written as one line of JSON', false)
    .action((dir: string, options: ExportOptions) => exportLog(dir, options));

  withData(
    root
      .command('doctor')
      .description(
        'say what is installed, which versions and ports, whether the clock and the sync setting are right',
      ),
  )
    .option('--json', 'print the findings as one line of JSON', false)
    .action(async (options: DoctorOptions) => leave(await doctor(options)));

  return root;
}

function withData(command: Command): Command {
  return command.option('--data <dir>', 'the data folder', process.env['BCMED_DATA_DIR'] ?? DEFAULT_DATA_DIR);
}

function leave(well: boolean): void {
  if (!well) process.exitCode = 1;
}

function whole(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`A whole number from ${lowest} to ${highest} is needed.`);
  };
}

function siteName(text: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('A name of a-z, 0-9 and inner hyphens is needed, at most 64 characters.');
}
