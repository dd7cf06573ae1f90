import type { SignedText } from '@bcmed/events';
import type { PeopleState } from '@bcmed/policy';
import { z } from 'zod';
import { TextUnreadableError } from '../errors.js';
import { requireSigners } from './authority.js';

const about = {
  site: z.string().min(1).max(128),
  order: z.uuid().describe('Id of the order'),
  reason: z.string().trim().min(1).max(512).describe('Why, in words; no name of a patient'),
};

/** What somebody signs who takes an order back. An order ends once, so the text needs no nonce. */
export const withdrawalText = z.strictObject({ kind: z.literal('order-withdrawal'), ...about });

/** What one of those signs who approved that an order goes beyond a soft limit. */
export const overrideText = z.strictObject({
  kind: z.literal('limit-override'),
  ...about,
  approvalId: z.uuid().describe('Id of the approval of the exact text of the order'),
});

/** A statement about one order, and who signed it. */
export interface Stated<Text> {
  readonly text: Text;
  readonly signers: readonly [string, ...string[]];
}

/** Reads a signed statement. Throws TextUnreadableError for another form, site or order, and SignatureInvalidError. */
export function readStatement<Text extends { readonly site: string; readonly order: string }>(
  schema: z.ZodType<Text>,
  signed: SignedText,
  expected: { readonly site: string; readonly orderId: string },
  people: PeopleState,
): Stated<Text> {
  const parsed = schema.safeParse(jsonOf(signed.text));
  if (!parsed.success)
    throw new TextUnreadableError(`The signed text: ${z.prettifyError(parsed.error).slice(0, 400)}`);
  const { site, order } = parsed.data;
  if (site !== expected.site || order !== expected.orderId)
    throw new TextUnreadableError('The signed text is about another site or order.');
  return { text: parsed.data, signers: requireSigners(signed, people) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
