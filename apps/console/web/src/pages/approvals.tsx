import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Fragment, useState, type ReactElement } from 'react';
import { get, post } from '../adapters/api.ts';
import { challengeOf, signChallenge } from '../adapters/passkey.ts';
import { askedFor, type Approval } from '../domain/approval.ts';
import type { InfusionView } from '../domain/live.ts';
import { plain } from '../domain/numbers.ts';
import { ageOf } from '../domain/times.ts';
import { placeName } from '../domain/words.ts';
import { Button, Empty, Field, Notice, PageHead, ProblemNotice, Skeleton } from '../parts/basic.tsx';
import { useNow } from '../state/clock.ts';
import { useWard } from '../state/live.ts';
import { knownPasskey, useMe } from '../state/session.ts';
import { useSite } from '../state/site.ts';

const LOOK_EVERY_MS = 3_000;
const ALL_UNITS = 'all';

/** What waits for a further signature: what one may give, and what one has asked for. */
export default function ApprovalsPage(): ReactElement {
  const me = useMe();
  const beds = useWard((ward) => ward.beds);
  // Counts what changed, so that it is asked for again at once.
  const changes = useWard((ward) => ward.approvals);
  const mine = [...new Set(me?.roles.map(({ unit }) => unit) ?? [])];
  const everywhere = [...new Set([...beds.values()].map(({ unit }) => unit))];
  const units = mine.includes(ALL_UNITS) ? everywhere : mine;
  const waiting = useQuery({
    queryKey: ['approvals', changes, ...units],
    // What was shown stays while it is asked for again.
    placeholderData: (before: Approval[] | undefined) => before,
    queryFn: async () => {
      const answers = await Promise.all(
        units.map((unit) =>
          get<{ approvals: Approval[] }>(`/api/access/approvals?unit=${encodeURIComponent(unit)}`),
        ),
      );
      return answers.flatMap(({ approvals }) => approvals);
    },
    refetchInterval: LOOK_EVERY_MS,
  });
  return (
    <>
      <PageHead title="Approvals">
        A high-risk order, a drug library or another alarm threshold takes more than one person. Each signs
        the very same text.
      </PageHead>
      {waiting.error === null ? null : (
        <ProblemNotice problem={waiting.error} retry={() => void waiting.refetch()} />
      )}
      {waiting.data === undefined ? (
        waiting.error === null && <Skeleton lines={3} tall />
      ) : waiting.data.length === 0 ? (
        <Empty icon="approve" title="Nothing waits for a signature">
          <p>What you ask others for, and what others ask of you, comes here by itself.</p>
        </Empty>
      ) : (
        <ul className="alarm-list">
          {waiting.data.map((approval) => (
            <li key={approval.id} className="card">
              <Waiting approval={approval} isMine={approval.requestedBy === me?.person} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Waiting({
  approval,
  isMine,
}: {
  readonly approval: Approval;
  readonly isMine: boolean;
}): ReactElement {
  const now = useNow();
  const asked = askedFor(approval);
  const pump = useWard((ward) => (asked.pump === undefined ? undefined : ward.pumps.get(asked.pump)));
  const leftMs = Date.parse(approval.expiresAt) - now;
  return (
    <article className="stack" aria-label={asked.title}>
      <h2>{asked.title}</h2>
      <p className="muted">
        {placeName(approval.unit)} · asked for by {isMine ? 'you' : approval.requestedBy} ·{' '}
        {approval.grantedBy.length} of {approval.approvalsNeeded} signed ·{' '}
        {leftMs > 0 ? `good for ${ageOf(leftMs)}` : 'its time is over'}
      </p>
      {asked.rateMlPerHour === undefined || pump === undefined ? null : (
        <p>
          Now {plain(pump.setRateMlPerHour)} ml/h, then <strong>{plain(asked.rateMlPerHour)} ml/h</strong>.
        </p>
      )}
      <dl className="facts">
        {asked.lines.map(([label, value]) => (
          <Fragment key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
      {isMine ? <TakeBack approval={approval} /> : leftMs > 0 ? <Answer approval={approval} /> : null}
    </article>
  );
}

/** Signing, or saying no with a reason. */
function Answer({ approval }: { readonly approval: Approval }): ReactElement {
  const site = useSite().data;
  const me = useMe();
  const queries = useQueryClient();
  const [reason, setReason] = useState<string>();
  const order = useWard((ward) => waitingOrder(ward.infusions.values(), approval.textHash));
  const isOrder = approval.purpose === 'pump-order';
  const needsOverride = (order?.needsOverride.length ?? 0) > 0;
  const again = (): void => void queries.invalidateQueries({ queryKey: ['approvals'] });
  const signing = useMutation({
    mutationFn: async () => {
      if (site === undefined || me === undefined) throw new Error('Sign in again.');
      const known = knownPasskey();
      const ids = known?.person === me.person ? [known.credentialId] : [];
      const signature = await signChallenge(await challengeOf(approval.text), site.relyingParty, ids);
      // Dosing first: it wants the signature itself, and what failed there can be signed again.
      if (order !== undefined)
        await post(`/api/dosing/orders/${order.orderId}/signatures`, {
          signatures: [{ ...signature, person: me.person }],
        });
      await post(`/api/access/approvals/${approval.id}/grants`, { signature });
    },
    onSettled: again,
  });
  const refusing = useMutation({
    mutationFn: (why: string) => post(`/api/access/approvals/${approval.id}/refusals`, { reason: why }),
    onSettled: again,
  });
  const error = signing.error ?? refusing.error;
  const cannot = isOrder && (order === undefined || needsOverride);
  if (cannot && !signing.isPending && !signing.isSuccess)
    return (
      <Notice title={needsOverride ? 'This cannot be signed here' : 'No order waits for this signature'}>
        <p>
          {needsOverride
            ? 'The order is beyond a soft limit, which takes a signed reason as well. This page cannot give one yet: order a dose within the limits.'
            : 'It was authorised, refused or withdrawn meanwhile, or you may not read about its patient.'}
        </p>
      </Notice>
    );
  return (
    <>
      {error === null ? null : <ProblemNotice problem={error} />}
      {signing.isSuccess ? <Notice tone="good" live title="Signed" /> : null}
      {reason === undefined ? (
        <div className="row">
          <Button look="primary" icon="approve" busy={signing.isPending} onClick={() => signing.mutate()}>
            Sign
          </Button>
          <Button onClick={() => setReason('')}>Say no</Button>
        </div>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            refusing.mutate(reason);
          }}
        >
          <Field label="Why not" hint="The one who asked reads it; no name of a patient.">
            {(ids) => (
              <input
                {...ids}
                className="input"
                required
                maxLength={256}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
          <div className="row">
            <Button type="submit" look="primary" busy={refusing.isPending}>
              Say no
            </Button>
            <Button onClick={() => setReason(undefined)}>Go back</Button>
          </div>
        </form>
      )}
    </>
  );
}

function TakeBack({ approval }: { readonly approval: Approval }): ReactElement {
  const queries = useQueryClient();
  const takingBack = useMutation({
    mutationFn: () =>
      post(`/api/access/approvals/${approval.id}/withdrawals`, { reason: 'taken back at the console' }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['approvals'] }),
  });
  return (
    <>
      {takingBack.error === null ? null : <ProblemNotice problem={takingBack.error} />}
      <div className="row">
        <Button busy={takingBack.isPending} onClick={() => takingBack.mutate()}>
          Take back
        </Button>
      </div>
    </>
  );
}

function waitingOrder(infusions: Iterable<InfusionView>, textHash: string): InfusionView['waiting'] {
  for (const { waiting } of infusions) if (waiting?.textHash === textHash) return waiting;
  return undefined;
}
