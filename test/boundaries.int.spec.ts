import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const BOUNDARY = '@nx/enforce-module-boundaries';

/** The real configuration; only the rules that need a type checker are off, because the linted files do not exist. */
const eslint = new ESLint({
  cwd: ROOT,
  overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }],
});

/** Names of the rules that a file with this content at this place would break. */
async function rulesBrokenBy(filePath: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath });
  if (result === undefined) throw new Error(`${filePath} is not linted at all`);
  return result.messages.map(({ ruleId }) => ruleId);
}

const importing = (name: string): string => `import { x } from '${name}';\nexport const y = x;\n`;

beforeAll(async () => {
  // The boundary rule reads the cached project graph and, without one, lets everything pass: make sure that there is one.
  process.env['NX_DAEMON'] = 'false';
  await promisify(execFile)(join(ROOT, 'node_modules', '.bin', 'nx'), ['show', 'projects'], { cwd: ROOT });
});

describe('the boundaries of the house', () => {
  it.each([
    ['a service that imports another service', 'services/ledger/src/x.ts', '../../audit/src/audit.module.js'],
    ['a service that imports an app', 'services/audit/src/x.ts', '@bcmed/icu'],
    ['an app that imports a service', 'apps/bcmed/src/x.ts', '../../../services/ledger/src/ledger.module.js'],
    ['an app that imports another app', 'apps/icu/src/x.ts', '@bcmed/bcmed'],
    [
      'a library that imports a service',
      'libs/service-kit/src/x.ts',
      '../../../services/audit/src/audit.module.js',
    ],
    ['a library that imports upwards', 'libs/merkle/src/x.ts', '@bcmed/admission'],
    ['a library of the middle that imports upwards', 'libs/chain/src/x.ts', '@bcmed/verification'],
    ['a library that reaches into another one', 'libs/admission/src/x.ts', '../../merkle/src/hash.js'],
    ['the catalogue that imports anything', 'libs/events/src/x.ts', '@bcmed/seal'],
  ])('report %s', async (_, file, imported) => {
    expect(await rulesBrokenBy(file, importing(imported))).toContain(BOUNDARY);
  });

  it.each([
    ['a service its libraries', 'services/ledger/src/x.ts', '@bcmed/merkle'],
    ['a service the catalogue', 'services/audit/src/x.ts', '@bcmed/events'],
    ['an app its libraries', 'apps/bcmed/src/x.ts', '@bcmed/verification'],
    ['a library one below it', 'libs/verification/src/x.ts', '@bcmed/admission'],
    ['any library the catalogue', 'libs/admission/src/x.ts', '@bcmed/events'],
  ])('let %s import', async (_, file, imported) => {
    expect(await rulesBrokenBy(file, importing(imported))).toEqual([]);
  });
});

describe('a domain folder', () => {
  const inDomain = 'services/ledger/src/domain/x.ts';

  it.each([
    ['the clock', 'no-restricted-globals', 'export const now = Date.now();\n'],
    ['a timer', 'no-restricted-globals', 'export const t = setTimeout(() => undefined, 1);\n'],
    ['the environment', 'no-restricted-globals', "export const e = process.env['X'];\n"],
    ['chance', 'no-restricted-syntax', 'export const n = Math.random();\n'],
    ['waiting', 'no-restricted-syntax', 'export async function f() { await 1; }\n'],
    ['files', 'no-restricted-imports', importing('node:fs')],
    ['a framework', 'no-restricted-imports', importing('@nestjs/common')],
    ['the chain client', 'no-restricted-imports', importing('ethers')],
    ['an adapter', 'no-restricted-imports', importing('../adapters/ledger-store.js')],
  ])('is refused %s', async (_, rule, code) => {
    expect(await rulesBrokenBy(inDomain, code)).toContain(rule);
  });

  it('may fold events', async () => {
    const code = `${importing('@bcmed/merkle')}export const next = (count: number): number => count + 1;\n`;
    expect(await rulesBrokenBy(inDomain, code)).toEqual([]);
  });

  it('binds nobody outside it', async () => {
    expect(
      await rulesBrokenBy('services/ledger/src/adapters/x.ts', 'export const now = Date.now();\n'),
    ).toEqual([]);
  });
});

describe('the environment', () => {
  it('is read by main.ts alone', async () => {
    const code = "export const url = process.env['NATS_URL'];\n";
    expect(await rulesBrokenBy('services/audit/src/adapters/x.ts', code)).toContain(
      'no-restricted-properties',
    );
    expect(await rulesBrokenBy('services/audit/src/main.ts', code)).toEqual([]);
  });
});
