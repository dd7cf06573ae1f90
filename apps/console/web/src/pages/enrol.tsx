import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Button, Notice, ProblemNotice } from '../parts/basic.tsx';
import { go } from '../state/router.ts';
import { signIn } from '../state/session.ts';
import { enrolWith } from './welcome.tsx';

/** Behind a link of the access service: makes the passkey of whoever opened it. */
export function Enrol(): ReactElement {
  const token = location.hash.slice(1);
  const enrolling = useMutation({
    mutationFn: async () => {
      await enrolWith(token);
      history.replaceState(null, '', '/enrol');
      await signIn();
      go('/', { replace: true });
    },
  });
  return (
    <div className="welcome">
      <section className="pitch" aria-label="About">
        <h1 tabIndex={-1}>Your passkey</h1>
        <p>
          It is made on this device and never leaves it. With it you sign in, and with it you sign each order.
        </p>
      </section>
      <main className="panel">
        <h2>Make your passkey</h2>
        {token === '' ? (
          <Notice tone="warn" title="This link is not whole">
            <p>
              Open it exactly as you got it: what stands behind the # is missing. A link is good once; ask for
              another one.
            </p>
          </Notice>
        ) : (
          <Button
            look="primary"
            icon="key"
            wide
            busy={enrolling.isPending}
            onClick={() => enrolling.mutate()}
          >
            Make the passkey and sign in
          </Button>
        )}
        {enrolling.error === null ? null : <ProblemNotice problem={enrolling.error} />}
      </main>
    </div>
  );
}
