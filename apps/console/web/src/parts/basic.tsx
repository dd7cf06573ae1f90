import { useEffect, useId, useRef, type ComponentProps, type ReactElement, type ReactNode } from 'react';
import type { Problem } from '../adapters/api.ts';
import { go } from '../state/router.ts';
import { Icon, type IconName } from './icons.tsx';

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'primary' | 'stop' | 'quiet' | 'plain';
  readonly icon?: IconName;
  readonly busy?: boolean;
  readonly wide?: boolean;
}

export function Button({
  look = 'plain',
  icon,
  busy = false,
  wide = false,
  children,
  disabled,
  className = '',
  ...rest
}: ButtonProps): ReactElement {
  const classes = ['button', look === 'plain' ? '' : look, wide ? 'wide' : '', className].filter(Boolean);
  return (
    <button
      type="button"
      className={classes.join(' ')}
      disabled={disabled === true || busy}
      aria-busy={busy}
      {...rest}
    >
      {busy ? <span className="spinner" /> : icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A link within the console: the browser's own ways of opening a link keep working. */
export function Link({
  to,
  onClick,
  ...rest
}: Omit<ComponentProps<'a'>, 'href'> & { readonly to: string }): ReactElement {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
          return;
        event.preventDefault();
        go(to);
      }}
    />
  );
}

type Tone = 'info' | 'good' | 'warn';
const TONE_ICON: Readonly<Record<Tone, IconName>> = { info: 'info', good: 'check', warn: 'warn' };

export function Notice({
  tone = 'info',
  title,
  children,
  actions,
  live = false,
}: {
  readonly tone?: Tone;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** Whether it is read out when it appears. */
  readonly live?: boolean;
}): ReactElement {
  return (
    <div className={`notice ${tone}`} role={live ? (tone === 'warn' ? 'alert' : 'status') : undefined}>
      <Icon name={TONE_ICON[tone]} />
      <div>
        <strong>{title}</strong>
        {children}
      </div>
      {actions === undefined ? null : <div className="actions row">{actions}</div>}
    </div>
  );
}

/** What went wrong, and what to do about it. */
export function ProblemNotice({
  problem,
  retry,
}: {
  readonly problem: Error;
  readonly retry?: () => void;
}): ReactElement {
  const { status, words, fields } = { status: -1, words: '', fields: [], ...pick(problem) };
  const title = status === 403 ? 'You may not do this' : problem.message;
  return (
    <Notice
      tone="warn"
      live
      title={title}
      actions={retry === undefined ? undefined : <Button onClick={retry}>Try again</Button>}
    >
      {words === title ? null : <p>{words}</p>}
      {fields.length === 0 ? null : (
        <ul>
          {fields.map(({ field, fix }) => (
            <li key={field}>
              <code>{field}</code> {fix}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}

const pick = (problem: Error): Partial<Pick<Problem, 'status' | 'words' | 'fields'>> => {
  const { status, words, fields } = problem as Partial<Problem>;
  return status === undefined ? {} : { status, words: words ?? '', fields: fields ?? [] };
};

export function Empty({
  icon,
  title,
  children,
  actions,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}): ReactElement {
  return (
    <div className="empty card">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
      {actions}
    </div>
  );
}

/** The heading of a page takes the focus when the page is reached, so that a screen reader says where one is. */
export function PageHead({
  title,
  children,
  actions,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – BCMed`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <div className="page-head">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children === undefined ? null : <p>{children}</p>}
      </div>
      {actions === undefined ? null : <div className="row">{actions}</div>}
    </div>
  );
}

export function Field({
  label,
  hint,
  fault,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly fault?: string | undefined;
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-hint`, 'aria-invalid': fault !== undefined })}
      <span id={`${id}-hint`} className={fault === undefined ? 'hint' : 'fault'}>
        {fault ?? hint}
      </span>
    </div>
  );
}

/** A few choices of which one holds. */
export function Segmented<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly words: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}): ReactElement {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.words}
        </button>
      ))}
    </div>
  );
}

export function Skeleton({
  lines = 3,
  tall = false,
}: {
  readonly lines?: number;
  readonly tall?: boolean;
}): ReactElement {
  return (
    <div className="stack" role="status">
      <span className="visually-hidden">Loading</span>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="skeleton" style={{ height: tall ? '9rem' : undefined }} />
      ))}
    </div>
  );
}
