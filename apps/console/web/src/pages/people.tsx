import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { get, post } from '../adapters/api.ts';
import { ROLES, inOrder, isAble, type Listed, type RoleHeld } from '../domain/people.ts';
import { placeName } from '../domain/words.ts';
import { Button, Field, Notice, PageHead, ProblemNotice, Skeleton } from '../parts/basic.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { useMe } from '../state/session.ts';

const KEY = ['people'] as const;
const LOOK_EVERY_MS = 10_000;
const ALL_UNITS = 'all';
const unitName = (unit: string): string => (unit === ALL_UNITS ? 'whole site' : placeName(unit));

/** Who is known, what they may, and the end of it. */
export default function PeoplePage(): ReactElement {
  const me = useMe();
  const [open, setOpen] = useState<'link' | Listed>();
  const people = useQuery({
    queryKey: KEY,
    queryFn: () => get<{ people: Listed[] }>('/api/access/people'),
    refetchInterval: LOOK_EVERY_MS,
    retry: false,
  });
  const close = (): void => setOpen(undefined);
  return (
    <>
      <PageHead
        title="People"
        actions={
          people.data === undefined ? null : (
            <Button look="primary" onClick={() => setOpen('link')}>
              New person
            </Button>
          )
        }
      >
        Everybody is a pseudonym here. Whoever is revoked is out everywhere in less than a second, and stays
        out.
      </PageHead>
      {people.error === null ? null : (
        <ProblemNotice problem={people.error} retry={() => void people.refetch()} />
      )}
      {people.data === undefined ? (
        people.error === null && <Skeleton lines={3} />
      ) : (
        <div className="card table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Person</th>
                <th scope="col">Roles</th>
                <th scope="col">Signs in with</th>
                <th scope="col">
                  <span className="visually-hidden">What can be done</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {inOrder(people.data.people).map((one) => (
                <Row
                  key={one.person}
                  one={one}
                  isMe={one.person === me?.person}
                  onOpen={() => setOpen(one)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open === undefined ? null : open === 'link' ? (
        <NewPerson onClose={close} />
      ) : (
        <Revoke one={open} onClose={close} />
      )}
    </>
  );
}

function Row({
  one,
  isMe,
  onOpen,
}: {
  readonly one: Listed;
  readonly isMe: boolean;
  readonly onOpen: () => void;
}): ReactElement {
  const usable = one.authenticators.filter(({ revoked }) => !revoked);
  return (
    <tr>
      <td>
        <strong>{one.person}</strong>
        {isMe ? ' (you)' : ''}
        {one.revoked ? ' ' : ''}
        {one.revoked ? <span className="chip">revoked</span> : null}
      </td>
      <td>
        {one.roles.length === 0 ? <span className="muted">none</span> : one.roles.map(roleWords).join('; ')}
      </td>
      <td>
        {isAble(one) ? (
          usable
            .map(({ kind, demonstration }) => `${kind}${demonstration ? ' (demonstration)' : ''}`)
            .join(', ')
        ) : (
          <span className="muted">nothing</span>
        )}
      </td>
      <td>
        {one.revoked ? null : (
          <Button onClick={onOpen} aria-label={`Revoke ${one.person}`}>
            Revoke…
          </Button>
        )}
      </td>
    </tr>
  );
}

function roleWords({ role, unit, until, except = [] }: RoleHeld): string {
  const but = except.length === 0 ? '' : ` but ${except.map(unitName).join(', ')}`;
  return `${role}, ${unitName(unit)}${but}${until === undefined ? '' : ` until ${until}`}`;
}

/** The end of a person, which cannot be undone. */
function Revoke({ one, onClose }: { readonly one: Listed; readonly onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const revoking = useMutation({
    mutationFn: () => post(`/api/access/people/${one.person}/revocation`, { reason }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: KEY });
      onClose();
    },
  });
  return (
    <Sheet
      title={`Revoke ${one.person}`}
      lead="For good: every session ends at once, no signature counts any more, and nobody can undo it."
      onClose={onClose}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          revoking.mutate();
        }}
      >
        <Field label="Reason" hint="Stands in the record; no name of a person.">
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
        {revoking.error === null ? null : <ProblemNotice problem={revoking.error} />}
        <div className="row">
          <Button type="submit" look="primary" busy={revoking.isPending}>
            Revoke now
          </Button>
          <Button onClick={onClose}>Go back</Button>
        </div>
      </form>
    </Sheet>
  );
}

/** A one-time link by which somebody makes their passkey and gets a role with it. */
function NewPerson({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [role, setRole] = useState<string>(ROLES[0]);
  const [unit, setUnit] = useState('icu-1');
  const making = useMutation({
    mutationFn: () =>
      post<{ person: string; address: string; expiresAt: string }>('/api/access/people/links', {
        roles: [{ role, unit: unit.trim() }],
      }),
  });
  const made = making.data;
  return (
    <Sheet
      title="New person"
      lead="They open the link once, on their own device, and make a passkey."
      onClose={onClose}
    >
      {made === undefined ? (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            making.mutate();
          }}
        >
          <Field label="Role">
            {(ids) => (
              <select
                {...ids}
                className="input"
                value={role}
                onChange={(event) => setRole(event.target.value)}
              >
                {ROLES.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </Field>
          <Field
            label="Unit"
            hint="As it is called in the record, for example icu-1; all for the whole site."
          >
            {(ids) => (
              <input
                {...ids}
                className="input"
                required
                value={unit}
                onChange={(event) => setUnit(event.target.value)}
              />
            )}
          </Field>
          {making.error === null ? null : <ProblemNotice problem={making.error} />}
          <div className="row">
            <Button type="submit" look="primary" busy={making.isPending}>
              Make the link
            </Button>
          </div>
        </form>
      ) : (
        <Notice tone="good" live title={`${made.person}: give this link to that person and to nobody else`}>
          <p>
            <code>{made.address}</code>
          </p>
          <p className="muted">Good once, until {made.expiresAt}.</p>
        </Notice>
      )}
    </Sheet>
  );
}
