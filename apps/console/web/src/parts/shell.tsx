import type { ReactElement, ReactNode } from 'react';
import { preciseClockOf } from '../domain/times.ts';
import { placeName } from '../domain/words.ts';
import { useAlarms } from '../state/alarms.ts';
import { useLineAlive, useNow } from '../state/clock.ts';
import { usePlace } from '../state/router.ts';
import { signOut, type Person } from '../state/session.ts';
import { useSite } from '../state/site.ts';
import { setTheme, useTheme } from '../state/theme.ts';
import { AlarmBanner, SoundButton } from './alarm.tsx';
import { Button, Link } from './basic.tsx';
import { Icon, type IconName } from './icons.tsx';

const PAGES: readonly {
  readonly to: string;
  readonly words: string;
  readonly icon: IconName;
  readonly first: string;
}[] = [
  { to: '/', words: 'Ward', icon: 'ward', first: '' },
  { to: '/alarms', words: 'Alarms', icon: 'bell', first: 'alarms' },
  { to: '/approvals', words: 'Approvals', icon: 'approve', first: 'approvals' },
  { to: '/people', words: 'People', icon: 'people', first: 'people' },
];

/** What stands around every page of somebody who is signed in. */
export function Shell({
  who,
  children,
}: {
  readonly who: Person;
  readonly children: ReactNode;
}): ReactElement {
  const { parts } = usePlace();
  const current = parts[0] === 'bed' ? '' : (parts[0] ?? '');
  const open = useAlarms().length;
  return (
    <div className="shell">
      <a className="button skip" href="#content">
        Skip to the content
      </a>
      <div className="top">
        <AlarmBanner />
        <Bar who={who} />
        <LineAway />
      </div>
      <nav aria-label="Pages">
        {PAGES.map(({ to, words, icon, first }) => (
          <Link key={to} className="nav-link" to={to} aria-current={current === first ? 'page' : undefined}>
            <Icon name={icon} />
            {words}
            {first === 'alarms' && open > 0 ? (
              <span className="badge">
                {open}
                <span className="visually-hidden"> open</span>
              </span>
            ) : null}
          </Link>
        ))}
      </nav>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Bar({ who }: { readonly who: Person }): ReactElement {
  const now = useNow();
  const theme = useTheme();
  const site = useSite();
  const roles = [...new Set(who.roles.map(({ role }) => role))].join(', ');
  const units = [
    ...new Set(who.roles.map(({ unit }) => (unit === 'all' ? 'whole site' : placeName(unit)))),
  ].join(', ');
  return (
    <header className="bar">
      <Link className="brand" to="/" aria-label="BCMed, to the ward">
        <img src="/favicon.svg" alt="" />
        <span className="wide-only">BCMed</span>
      </Link>
      <span className="clock num" role="timer" aria-label="Time">
        {preciseClockOf(now)}
      </span>
      {site.data?.demonstration === true ? <span className="chip wide-only">Demonstration</span> : null}
      <span className="push" />
      <SoundButton />
      <Button
        look="quiet"
        icon={theme === 'night' ? 'sun' : 'moon'}
        aria-label={theme === 'night' ? 'Use the light theme' : 'Use the night theme'}
        onClick={() => setTheme(theme === 'night' ? 'light' : 'night')}
      />
      <span className="wide-only" title={who.person}>
        <strong>{roles === '' ? 'no role' : roles}</strong> <span className="muted">{units}</span>
      </span>
      <Button look="quiet" icon="leave" onClick={() => void signOut()}>
        Sign out
      </Button>
    </header>
  );
}

/** The line to the gateway is silent: nothing on the page is current, and what still works. */
function LineAway(): ReactElement | null {
  const alive = useLineAlive();
  if (alive) return null;
  return (
    <div className="offline" role="alert">
      <span className="spinner" />
      <span>
        No word from the server. Nothing below is current. Stop pumps at the bed if you must; this page comes
        back by itself.
      </span>
    </div>
  );
}
