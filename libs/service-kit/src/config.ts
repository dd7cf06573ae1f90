import type { z } from 'zod';

/** Exit code of a process whose configuration is wrong (`EX_CONFIG` of sysexits.h): a supervisor need not restart it. */
export const EXIT_CONFIG = 78;

/** One variable of the environment that the service cannot work with. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly fix: string;
}

export type ConfigOutcome<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[]; readonly message: string };

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET = /KEY|SECRET|TOKEN|PASSWORD|PASSPHRASE|CREDENTIAL|DATABASE_URL/;

/**
 * Reads the environment through a schema whose fields are the variables' names. Pure.
 *
 * An empty variable counts as not set. The fix that is told is the field's `.describe()`, so every field needs one. Values
 * of variables whose name sounds secret are never repeated, nor is the password of an address.
 */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment,
): ConfigOutcome<z.infer<Schema>> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, config: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => {
    const variable = path.map(String).join('.') || '(several variables)';
    return { variable, problem: problemOf(given[variable], message, variable), fix: fixOf(schema, variable) };
  });
  return { ok: false, problems, message: messageOf(problems) };
}

/** How the process ends and where it writes; replaced in tests only. */
export interface ConfigExit {
  write(text: string): void;
  exit(code: number): never;
}

const PROCESS_EXIT: ConfigExit = {
  write: (text) => process.stderr.write(text),
  exit: (code) => process.exit(code),
};

/**
 * The configuration, or the end: prints every problem with its fix to standard error and exits with {@link EXIT_CONFIG}.
 * Call it first in `main.ts`, before anything is opened.
 */
export function configOrExit<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment,
  end: ConfigExit = PROCESS_EXIT,
): z.infer<Schema> {
  const outcome = parseConfig(schema, environment);
  if (outcome.ok) return outcome.config;
  end.write(`${outcome.message}\n`);
  return end.exit(EXIT_CONFIG);
}

function problemOf(value: string | undefined, message: string, variable: string): string {
  if (value === undefined) return 'is not set';
  if (SECRET.test(variable)) return `is not usable (its value is not shown): ${message}`;
  const shown = value.replace(/(\/\/[^:/@]*:)[^@]*@/, '$1…@');
  return `is "${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}": ${message}`;
}

function fixOf(schema: z.ZodObject, variable: string): string {
  const field: unknown = schema.shape[variable];
  const described = isDescribed(field) ? field.description : undefined;
  return described === undefined ? `set ${variable}` : `set ${variable} to ${described}`;
}

function isDescribed(field: unknown): field is { readonly description: string } {
  return (
    typeof field === 'object' &&
    field !== null &&
    'description' in field &&
    typeof field.description === 'string' &&
    field.description !== ''
  );
}

function messageOf(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ variable, problem, fix }) => `  ${variable} ${problem}\n      → ${fix}`);
  return [
    `BCM-CONFIG-INVALID: the configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}; nothing was started.`,
    ...lines,
  ].join('\n');
}
