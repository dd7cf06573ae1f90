import { createHmac } from 'node:crypto';
import type { Outcome, Parcel } from '../domain/delivery.js';
import { Way, reasonOf } from './way.js';
import type { Clock } from './clock.js';

export interface WebhookSettings {
  readonly url: string;
  /** At least 24 bytes, known to both sides. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;

/**
 * A webhook as Standard Webhooks describes it: headers `webhook-id` (the idempotency key), `webhook-timestamp` (seconds) and
 * `webhook-signature` (`v1,` and base64 of HMAC-SHA256 over `id.timestamp.` and the exact bytes of the body). Any 2xx is the
 * receipt. A redirect is not followed: the signature was for this address.
 */
export class WebhookWay extends Way {
  readonly channel = 'webhook';

  constructor(private readonly settings: WebhookSettings) {
    super();
  }

  async deliver({ key, body }: Parcel): Promise<Outcome> {
    const { url, secret, clock, timeoutMs = TIMEOUT_MS } = this.settings;
    const timestamp = String(Math.floor(clock.nowMs() / 1_000));
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/json',
          'webhook-id': key,
          'webhook-timestamp': timestamp,
          'webhook-signature': signatureOf(secret, key, timestamp, body),
        },
        body,
      });
      await response.body?.cancel();
      if (response.ok) return { ok: true, receipt: `HTTP ${response.status}` };
      return { ok: false, retry: mayPass(response.status), detail: `HTTP ${response.status}` };
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      return { ok: false, retry: true, detail: reasonOf(cause) };
    }
  }
}

export function signatureOf(secret: Uint8Array, id: string, timestamp: string, body: string): string {
  const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body, 'utf8');
  return `v1,${mac.digest('base64')}`;
}

/** A receiver that answers 400, 401, 403, 404 or 410 will do so again; but alarms are worth asking twice for the rest. */
function mayPass(status: number): boolean {
  return status >= 500 || [408, 409, 423, 425, 429].includes(status);
}
