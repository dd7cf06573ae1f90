/** Somebody of the site, as access lists them. */
export interface Listed {
  readonly person: string;
  readonly revoked: boolean;
  readonly roles: readonly RoleHeld[];
  readonly authenticators: readonly {
    readonly credentialId: string;
    readonly kind: 'passkey' | 'key';
    readonly revoked: boolean;
    readonly demonstration: boolean;
  }[];
}

export interface RoleHeld {
  readonly role: string;
  readonly unit: string;
  readonly until?: string;
  readonly except?: readonly string[];
}

export const ROLES = ['nurse', 'physician', 'pharmacist', 'engineer', 'auditor', 'administrator'] as const;

/** Those who can do something first, then who has no authenticator, then who was revoked; each by name. */
export function inOrder(people: readonly Listed[]): readonly Listed[] {
  return people.toSorted(
    (a, b) => rank(a) - rank(b) || (a.person < b.person ? -1 : a.person > b.person ? 1 : 0),
  );
}

function rank(one: Listed): number {
  if (one.revoked) return 2;
  return isAble(one) ? 0 : 1;
}

/** Whether they have something to sign in with. */
export function isAble({ revoked, authenticators }: Listed): boolean {
  return !revoked && authenticators.some((one) => !one.revoked);
}
