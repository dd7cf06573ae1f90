import { useMutation } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { post } from '../adapters/api.ts';
import { canUsePasskeys, createPasskey } from '../adapters/passkey.ts';
import { Button, Notice, ProblemNotice, Skeleton } from '../parts/basic.tsx';
import { Icon } from '../parts/icons.tsx';
import { signIn, type Session } from '../state/session.ts';
import { useSite, type Site } from '../state/site.ts';
import { capital } from '../domain/words.ts';

/** The first page that anybody sees, and the last one of a session that is over. */
export function Welcome({ session }: { readonly session: Session }): ReactElement {
  const site = useSite();
  return (
    <div className="welcome">
      <section className="pitch" aria-label="About">
        <h1 tabIndex={-1}>One screen for all pumps of a patient</h1>
        <ul>
          <li>
            <Icon name="key" />
            <span>
              Each order is signed with your passkey, read back from the pump, and kept where nobody can
              change it.
            </span>
          </li>
          <li>
            <Icon name="stop" />
            <span>Stop always works: for everybody who is signed, with no permission to ask for.</span>
          </li>
          <li>
            <Icon name="chain" />
            <span>Whatever you read here, your own browser can prove to be what was recorded.</span>
          </li>
        </ul>
        <p className="small">Research software. Not for clinical use.</p>
      </section>
      <main className="panel">
        {session.phase === 'unknown' ? (
          <Waiting failed={site.isError} />
        ) : (
          <SignIn reason={session.phase === 'signed-out' ? session.reason : undefined} site={site.data} />
        )}
      </main>
    </div>
  );
}

function Waiting({ failed }: { readonly failed: boolean }): ReactElement {
  if (!failed) return <Skeleton />;
  return (
    <Notice tone="warn" live title="The console does not reach its server">
      <p>
        It tries again by itself. Until then use the pumps at the bed. If it lasts: is the console’s gateway
        running, and the network up?
      </p>
    </Notice>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  revoked: 'Your authenticator or your person was revoked. Ask an administrator.',
  'signed-out': 'You signed out, here or in another window.',
  expired: 'Your session reached its end.',
  idle: 'Nothing was done for too long.',
};

function SignIn({
  reason,
  site,
}: {
  readonly reason: string | undefined;
  readonly site: Site | undefined;
}): ReactElement {
  const entering = useMutation({ mutationFn: () => signIn() });
  const advice = site?.advice ?? null;
  const canSign = advice === null && canUsePasskeys();
  return (
    <>
      {reason === undefined ? null : (
        <Notice tone="warn" live title="You were signed out">
          <p>
            {REASONS[reason] ?? `The session is over: ${reason}.`} Nothing that you had not signed was sent.
          </p>
        </Notice>
      )}
      <div className="stack">
        <h2>Sign in</h2>
        <p className="muted">
          With the passkey of this device: your finger, your face or its PIN. There is no password that could
          be seen or stolen.
        </p>
      </div>
      {advice === null ? null : <Address words={advice.words} open={advice.open} />}
      <Button
        look="primary"
        icon="key"
        wide
        disabled={!canSign}
        busy={entering.isPending}
        onClick={() => entering.mutate()}
      >
        Sign in with passkey
      </Button>
      {advice === null && !canUsePasskeys() ? (
        <Notice tone="warn" title="This browser has no passkeys here">
          <p>
            Passkeys need a current browser and a secure address (https, or localhost on the machine itself).
          </p>
        </Notice>
      ) : null}
      {entering.error === null ? null : <ProblemNotice problem={entering.error} />}
      {site === undefined ? null : site.demonstration ? (
        <Demonstration canSign={canSign} first={!site.anybodyEnrolled} />
      ) : (
        <FirstTime site={site} />
      )}
    </>
  );
}

function Address({ words, open }: { readonly words: string; readonly open: string }): ReactElement {
  return (
    <Notice
      tone="warn"
      title="Passkeys cannot work at this address"
      actions={
        <a className="button primary" href={open}>
          Open {open}
        </a>
      }
    >
      <p>{words}</p>
    </Notice>
  );
}

function FirstTime({ site }: { readonly site: Site }): ReactElement {
  return (
    <div className="stack">
      <h3>{site.anybodyEnrolled ? 'No passkey yet?' : 'Nobody is enrolled yet'}</h3>
      <p className="muted">
        {site.anybodyEnrolled
          ? 'An administrator makes a link for you. It is good once; open it on the device that you will sign with.'
          : 'The access service printed a link when it started (“first administrator”). Open it here; it is good once and makes you the administrator.'}
      </p>
    </div>
  );
}

const ROLES = ['nurse', 'physician', 'pharmacist', 'auditor', 'engineer', 'administrator'] as const;
/** Where the beds of the mock unit stand. */
const MOCK_UNIT = 'icu-1';
const EVERYWHERE: readonly string[] = ['auditor', 'administrator', 'pharmacist'];

/** In the mock unit everybody may be anybody, with a passkey of their own. */
function Demonstration({
  canSign,
  first,
}: {
  readonly canSign: boolean;
  readonly first: boolean;
}): ReactElement {
  const [role, setRole] = useState<string>('nurse');
  const enrolling = useMutation({
    mutationFn: async () => {
      const where = EVERYWHERE.includes(role) ? 'all' : MOCK_UNIT;
      const { token } = await post<{ token: string }>('/api/demonstration/enrol', {
        roles: [{ role, unit: where }],
      });
      await enrolWith(token);
      await signIn();
    },
  });
  return (
    <section className="card stack" aria-labelledby="demonstration">
      <h3 id="demonstration">{first ? 'First visit: become somebody' : 'New here: become somebody'}</h3>
      <p className="muted">
        This is a demonstration with emulated pumps and invented patients. One click makes a person with a
        passkey on this device.
      </p>
      <div className="roles" role="radiogroup" aria-label="Role">
        {ROLES.map((one) => (
          <button
            key={one}
            type="button"
            role="radio"
            aria-checked={role === one}
            className={role === one ? 'button primary' : 'button'}
            onClick={() => setRole(one)}
          >
            {capital(one)}
          </button>
        ))}
      </div>
      <Button
        look="primary"
        icon="key"
        wide
        disabled={!canSign}
        busy={enrolling.isPending}
        onClick={() => enrolling.mutate()}
      >
        Make a passkey and enter as {role}
      </Button>
      {enrolling.error === null ? null : <ProblemNotice problem={enrolling.error} />}
    </section>
  );
}

/** The two steps of a link: options, passkey, enrolment. */
export async function enrolWith(token: string): Promise<{ readonly person: string }> {
  const options = await post<PublicKeyCredentialCreationOptionsJSON>('/api/access/enrolments/options', {
    token,
  });
  const response = await createPasskey(options);
  return post('/api/access/enrolments', { token, response });
}
