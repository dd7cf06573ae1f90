/**
 * What a person sees while the house is set up: one line per step that says what happens, why it takes time and how
 * far it is. On a terminal the line is alive; elsewhere plain lines are printed, few enough for a log.
 */
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const PLAIN_EVERY_MS = 15_000;

const live = process.stdout.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb';
const coloured = live && process.env.NO_COLOR === undefined;

const paint = (code) => (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
export const dim = paint('2');
export const bold = paint('1');
export const green = paint('32');
export const red = paint('31');

/** An end of the set-up that a person can do something about: printed as sentences, never as a stack. */
export class SetupError extends Error {
  constructor(message, { remedy, output, cause } = {}) {
    super(message, { cause });
    this.remedy = remedy;
    this.output = output;
  }
}

export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

/**
 * Runs one step. `work` gets a function that takes the latest progress as a short text; it returns what to say when it
 * is done, or nothing.
 */
export async function step(title, why, work) {
  const started = performance.now();
  const elapsed = () => seconds(performance.now() - started);
  let progress = '';
  let frame = 0;
  const draw = () => {
    const text = [why, progress].filter((part) => part !== '').join(' · ');
    const line = `${FRAMES[frame++ % FRAMES.length]} ${title}  ${elapsed()}  ${text}`;
    process.stdout.write(`\r\u001b[2K${line.slice(0, (process.stdout.columns ?? 80) - 1)}`);
  };
  const plain = () => say(`    … ${elapsed()}${progress === '' ? '' : `, ${progress}`}`);
  if (!live) say(`  · ${title}${why === '' ? '' : `: ${why}`}`);
  const ticker = setInterval(live ? draw : plain, live ? 120 : PLAIN_EVERY_MS);
  if (live) draw();
  const clear = () => {
    clearInterval(ticker);
    if (live) process.stdout.write('\r\u001b[2K');
  };
  try {
    const result = await work((text) => (progress = text));
    clear();
    say(`  ${green('✔')} ${title}${result ? `: ${result}` : ''} ${dim(`(${elapsed()})`)}`);
  } catch (error) {
    clear();
    say(`  ${red('✘')} ${title} ${dim(`(after ${elapsed()})`)}`);
    throw error;
  }
}

/** Says that a step had nothing to do. */
export function skipped(title, reason) {
  say(`  ${green('✔')} ${title}: ${reason}`);
}

export function seconds(milliseconds) {
  const total = milliseconds / 1000;
  if (total < 100) return `${total.toFixed(1)} s`;
  return `${Math.floor(total / 60)} min ${Math.round(total % 60)} s`;
}

/** Ends the program after an error, with what a person needs: what, the end of the output, what to do. */
export function fail(error) {
  process.stderr.write(
    `\n${red(error instanceof SetupError ? error.message : (error?.stack ?? String(error)))}\n`,
  );
  if (error?.output) process.stderr.write(`\n${indent(error.output)}\n`);
  if (error?.remedy) process.stderr.write(`\nWhat to do: ${error.remedy}\n`);
  process.exit(1);
}

function indent(text) {
  return text.replaceAll(/^/gm, '  | ');
}
