import type { ReactElement } from 'react';
import type { Sequence, Step } from '../state/sequence.ts';
import { count, list, spoken } from '../domain/words.ts';
import { clockOf } from '../domain/times.ts';
import { useWard } from '../state/live.ts';
import { Button, Notice, ProblemNotice } from './basic.tsx';
import { Problem } from '../adapters/api.ts';
import { Outcome } from './outcome.tsx';

/** What was signed, what came of it, and the button for what is next. */
export function SequenceView({
  steps,
  sequence,
  blocked = false,
}: {
  readonly steps: readonly Step[];
  readonly sequence: Sequence;
  readonly blocked?: boolean;
}): ReactElement {
  const { done, phase, error, sign } = sequence;
  const last = done.at(-1);
  const next = steps[done.length];
  return (
    <div className="stack">
      {steps.length < 2 ? null : (
        <ol className="steps">
          {steps.map(({ words }, index) => (
            <li key={words} data-done={index < done.length - 1 || phase === 'over'}>
              <span>{words}</span>
            </li>
          ))}
        </ol>
      )}
      {last?.commandId === undefined ? null : <Outcome commandId={last.commandId} />}
      {last?.placed?.state === 'waiting' && last.commandId === undefined ? (
        <Waiting placed={last.placed} />
      ) : null}
      {error === null ? null : <OrderProblem problem={error} />}
      {next === undefined || phase === 'halted' || phase === 'waiting' ? null : (
        <Button
          look={next.kind === 'stop' ? 'stop' : 'primary'}
          icon="key"
          wide
          disabled={blocked}
          busy={phase === 'asking'}
          onClick={sign}
        >
          {steps.length > 1
            ? `Sign ${done.length + 1} of ${steps.length}: ${next.words}`
            : `Sign: ${next.words}`}
        </Button>
      )}
      {phase === 'halted' && next !== undefined ? (
        <Notice tone="warn" title="The rest was not sent">
          <p>What was to follow rests on what did not happen. Look at the pump, then begin anew.</p>
        </Notice>
      ) : null}
    </div>
  );
}

function Waiting({
  placed,
}: {
  readonly placed: NonNullable<Sequence['done'][number]['placed']>;
}): ReactElement {
  const infusion = useWard((ward) => ward.infusions.get(placed.infusionId));
  const { signatures = 0, overrides = [] } = placed.needs ?? {};
  const refused = infusion?.refused?.orderId === placed.orderId ? infusion.refused : undefined;
  if (refused !== undefined && infusion?.waiting?.orderId !== placed.orderId) {
    return (
      <Notice tone="warn" live title="Refused">
        <p>{refused.words}</p>
      </Notice>
    );
  }
  return (
    <Notice live title="Signed. It waits for other people">
      <p>
        {list([
          ...(signatures > 0 ? [`${count(signatures, 'more signature')} of somebody else`] : []),
          ...(overrides.length > 0
            ? [`an override of ${list(overrides.map(spoken))}, with a reason, by somebody else`]
            : []),
        ])}
        . Whoever may finds it under Approvals. It is good until {clockOf(Date.parse(placed.expiresAt))}; this
        sheet shows what becomes of it.
      </p>
    </Notice>
  );
}

/** A refusal of dosing: which limit, which value, and whether anybody can do something about it. */
function OrderProblem({ problem }: { readonly problem: Error }): ReactElement {
  if (!(problem instanceof Problem)) return <ProblemNotice problem={problem} />;
  const { reason, limit, value } = problem.more;
  if (problem.isUnknown) {
    return (
      <Notice tone="warn" live title="Not known whether it was taken">
        <p>The order was sent, and no answer came. Look at the pump before you order anything else.</p>
      </Notice>
    );
  }
  if (typeof reason !== 'string') return <ProblemNotice problem={problem} />;
  const hard = /hard|maximum|cap/.test(reason);
  return (
    <Notice tone="warn" live title={hard ? 'Refused: a hard limit' : `Refused: ${spoken(reason)}`}>
      <p>{problem.words}</p>
      {typeof limit === 'string' && typeof value === 'string' ? (
        <dl className="facts">
          <dt>Limit</dt>
          <dd className="num">{limit}</dd>
          <dt>Ordered</dt>
          <dd className="num">{value}</dd>
        </dl>
      ) : null}
      {hard ? (
        <p className="small">
          Nobody can override a hard limit here. If the dose is meant, the drug library has to be changed by
          its own process.
        </p>
      ) : null}
    </Notice>
  );
}
