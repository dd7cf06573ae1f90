import type { z } from 'zod';
import type { OrderRefused } from './catalogue/dosing.js';

type RefusalReason = z.infer<(typeof OrderRefused)['data']>['reason'];

/** Refusals after which the order could still succeed as it is: somebody has yet to sign, approve, or attach a monitor. */
export const REPAIRABLE_REFUSALS: ReadonlySet<RefusalReason> = new Set([
  'override-missing',
  'signatures-missing',
  'approval-invalid',
  'vitals-missing',
  'vitals-stale',
  'vitals-ahead',
  'vitals-frozen',
  'protocol-refused',
  'nonce-used',
  'signature-invalid',
  'order-unknown',
]);
