import { toBase64Url } from '../domain/base64.ts';
import { stopText } from '../domain/stop-text.ts';
import { knownPasskey } from '../state/session.ts';
import { nowMs } from '../state/clock.ts';
import { post } from './api.ts';
import { challengeOf, PasskeyError, signChallenge } from './passkey.ts';

export interface Stopped {
  /** Id of the stop, by which its outcome is told. */
  readonly stopId: string;
  readonly position: string;
}

const GOOD_FOR_MS = 120_000;

/**
 * Stops a pump: the text is made here, signed with the passkey that signed in here last, and goes to the one request that needs no
 * session. Throws Problem or PasskeyError: whoever gets one stops the pump by hand.
 */
export async function stopPump(
  site: { readonly site: string; readonly relyingParty: string },
  pump: { readonly serial: string; readonly unit?: string | undefined },
): Promise<Stopped> {
  const passkey = knownPasskey();
  if (passkey === undefined) throw new PasskeyError('This browser does not know your passkey: sign in once.');
  const now = nowMs();
  const text = stopText({
    site: site.site,
    pump: pump.serial,
    // A stop is not refused for the unit; a pump that stands nowhere still has to name one.
    unit: pump.unit ?? 'all',
    nonce: toBase64Url(crypto.getRandomValues(new Uint8Array(32))),
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + GOOD_FOR_MS).toISOString(),
  });
  const assertion = await signChallenge(await challengeOf(text), site.relyingParty, [passkey.credentialId]);
  const signatures = [{ ...assertion, person: passkey.person }];
  return post('/api/dosing/stops', { order: { text, signatures } });
}
