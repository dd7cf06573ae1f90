import { get, post, ask, Problem } from '../adapters/api.ts';
import { signChallenge, type Assertion } from '../adapters/passkey.ts';
import { Store, useStore } from './store.ts';

export interface RoleOn {
  readonly role: string;
  readonly unit: string;
}

export interface Person {
  readonly person: string;
  readonly until: string;
  readonly roles: readonly RoleOn[];
}

/** `unknown` until the gateway was asked. `reason`: why a session that was there is over. */
export type Session =
  | { readonly phase: 'unknown' }
  | { readonly phase: 'signed-out'; readonly reason?: string | undefined }
  | { readonly phase: 'signed-in'; readonly who: Person };

export const session = new Store<Session>({ phase: 'unknown' });

/** Which passkey signed in here last: so that a stop can be signed while nobody can be asked. Names nobody. */
const PASSKEY_SLOT = 'bcmed-passkey';
export interface KnownPasskey {
  readonly person: string;
  readonly credentialId: string;
}
export function knownPasskey(): KnownPasskey | undefined {
  try {
    return JSON.parse(localStorage.getItem(PASSKEY_SLOT) ?? '') as KnownPasskey;
  } catch {
    return undefined;
  }
}

export async function lookForSession(): Promise<void> {
  try {
    session.set({ phase: 'signed-in', who: await get<Person>('/api/access/sessions/current') });
  } catch (error) {
    if (error instanceof Problem && error.isSignedOut) session.set({ phase: 'signed-out' });
    else throw error;
  }
}

/** Signs in with a passkey of this device. Throws Problem or PasskeyError. */
export async function signIn(credentialIds: readonly string[] = []): Promise<void> {
  const asked = await post<{ challenge: string; relyingParty: string }>('/api/access/sessions/challenges');
  const signature = await signChallenge(asked.challenge, asked.relyingParty, credentialIds);
  const who = await post<Person>('/api/access/sessions', { challenge: asked.challenge, signature });
  remember(who.person, signature);
  session.set({ phase: 'signed-in', who });
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/api/access/sessions/current').catch((error: unknown) => {
    if (!(error instanceof Problem && error.isSignedOut)) throw error;
  });
  session.set({ phase: 'signed-out' });
}

/** The gateway said that the session is over. */
export function sessionEnded(reason?: string): void {
  if (session.value.phase === 'signed-in') session.set({ phase: 'signed-out', reason: reason ?? 'over' });
}

function remember(person: string, { credentialId }: Assertion): void {
  localStorage.setItem(PASSKEY_SLOT, JSON.stringify({ person, credentialId } satisfies KnownPasskey));
}

const whole = (value: Session): Session => value;
export const useSession = (): Session => useStore(session, whole);
const whoOf = (value: Session): Person | undefined => (value.phase === 'signed-in' ? value.who : undefined);
export const useMe = (): Person | undefined => useStore(session, whoOf);

/** Whether the person has one of these roles on the unit; for what to show first, never for what is allowed. */
export const hasRole = (who: Person | undefined, roles: readonly string[], unit?: string): boolean =>
  who?.roles.some(
    (one) => roles.includes(one.role) && (unit === undefined || one.unit === 'all' || one.unit === unit),
  ) ?? false;
