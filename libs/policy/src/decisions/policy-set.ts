import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { PolicyUnusableError } from '../errors.js';

/** Version of the policies; a changed text is a new version, and a test holds the two together. */
export const POLICY_VERSION = '2';

/** One policy as it was loaded. */
export interface LoadedPolicy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** What a person is told when it forbids; empty for a permission. */
  readonly words: string;
}

/** The policies that decide, and under which name Cedar keeps them. */
export interface PolicySet {
  readonly version: string;
  /** SHA-256 over the names and texts of schema and policies, base64url. */
  readonly hash: string;
  readonly policies: ReadonlyMap<string, LoadedPolicy>;
  readonly handle: string;
}

/** A file of schema or policies, by its name. */
export type PolicyFiles = Readonly<Record<string, string>>;

const SCHEMA = 'schema.cedarschema';

/** The same folder seen from `src/decisions` and from `dist/decisions`. */
const FOLDER = new URL('../../policies/', import.meta.url);

export function readPolicyFiles(): PolicyFiles {
  const names = readdirSync(FOLDER).filter((name) => name === SCHEMA || name.endsWith('.cedar'));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));
}

/**
 * Parses the policies once, checks each against the schema, and leaves both with Cedar, so that a decision parses nothing.
 * Throws {@link PolicyUnusableError}: with a policy that cannot be evaluated nothing is decided.
 */
export function loadPolicySet(files: PolicyFiles): PolicySet {
  const schema = files[SCHEMA];
  if (schema === undefined) throw new PolicyUnusableError(`There is no ${SCHEMA}.`);
  const texts = new Map<string, string>();
  const policies = new Map<string, LoadedPolicy>();
  for (const [file, text] of Object.entries(files)) {
    if (file === SCHEMA) continue;
    for (const { policy, source } of policiesOf(file, text)) {
      if (policies.has(policy.id)) throw new PolicyUnusableError(`${file}: ${policy.id} exists twice.`);
      policies.set(policy.id, policy);
      texts.set(policy.id, source);
    }
  }
  const staticPolicies = Object.fromEntries(texts);
  const hash = hashOf(files);
  const handle = `bcmed-policy/${hash}`;
  const checked = cedar.validate({ schema, policies: { staticPolicies } });
  const problems =
    checked.type === 'failure'
      ? checked.errors.map(({ message }) => message)
      : checked.validationErrors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
  if (problems.length > 0) throw new PolicyUnusableError(problems.join('; '));
  demandParsed(cedar.preparseSchema(handle, schema));
  demandParsed(cedar.preparsePolicySet(handle, { staticPolicies }));
  return { version: POLICY_VERSION, hash, policies, handle };
}

function demandParsed(answer: cedar.CheckParseAnswer): void {
  if (answer.type === 'failure')
    throw new PolicyUnusableError(answer.errors.map(({ message }) => message).join('; '));
}

function policiesOf(file: string, text: string): { policy: LoadedPolicy; source: string }[] {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure')
    throw new PolicyUnusableError(`${file}: ${parts.errors.map(({ message }) => message).join('; ')}`);
  return parts.policies.map((source) => {
    const parsed = cedar.policyToJson(source);
    const { id, words = '' } = (parsed.type === 'success' && parsed.json.annotations) || {};
    if (parsed.type === 'failure' || id === undefined)
      throw new PolicyUnusableError(`${file}: a policy has no @id: ${source.slice(0, 80)}`);
    const { effect } = parsed.json;
    if (effect === 'forbid' && words === '') throw new PolicyUnusableError(`${file}: ${id} has no @words.`);
    return { policy: { id, effect, words }, source };
  });
}

/** Each name and text with its length before it, so that no two sets of files read the same. */
function hashOf(files: PolicyFiles): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(files).sort())
    for (const part of [name, files[name] ?? '']) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest('base64url');
}

/** The policies of this package. Loaded with the package: a service with unusable policies does not start. */
export const POLICY_SET: PolicySet = loadPolicySet(readPolicyFiles());
