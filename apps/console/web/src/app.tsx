import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, type ReactElement } from 'react';
import { Empty, Link, PageHead, Skeleton } from './parts/basic.tsx';
import { Shell } from './parts/shell.tsx';
import { BedPage } from './pages/bed.tsx';
import { Enrol } from './pages/enrol.tsx';
import { WardPage } from './pages/ward.tsx';
import { Welcome } from './pages/welcome.tsx';
import { followAlarms } from './state/alarms.ts';
import { runClock } from './state/clock.ts';
import { followLive } from './state/live.ts';
import { usePlace } from './state/router.ts';
import { lookForSession, useSession } from './state/session.ts';

const AlarmsPage = lazy(() => import('./pages/alarms.tsx'));
const PeoplePage = lazy(() => import('./pages/people.tsx'));
const ApprovalsPage = lazy(() => import('./pages/approvals.tsx'));

/** Which page stands at a path; what nobody works with every minute is loaded when it is opened. */
function pageAt([first, second]: readonly string[]): ReactElement {
  switch (first) {
    case undefined:
      return <WardPage />;
    case 'bed':
      return <BedPage key={second ?? ''} bed={second ?? ''} />;
    case 'alarms':
      return <AlarmsPage />;
    case 'approvals':
      return <ApprovalsPage />;
    case 'people':
      return <PeoplePage />;
    default:
      return <NoSuchPage />;
  }
}

export function App(): ReactElement {
  const { parts } = usePlace();
  const session = useSession();
  const queries = useQueryClient();
  const { phase } = session;
  useEffect(runClock, []);
  useEffect(() => {
    if (phase !== 'unknown') return;
    const ask = (): void => void lookForSession().catch(() => (timer = setTimeout(ask, 1_500)));
    let timer: ReturnType<typeof setTimeout> | undefined;
    ask();
    return () => clearTimeout(timer);
  }, [phase]);
  useEffect(() => {
    if (phase !== 'signed-in') return;
    const endings = [followLive(), followAlarms()];
    return () => {
      endings.forEach((end) => end());
      // What one person could read is not left for the next.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'site' });
    };
  }, [phase, queries]);

  if (parts[0] === 'enrol') return <Enrol />;
  if (session.phase !== 'signed-in') return <Welcome session={session} />;
  return (
    <Shell who={session.who}>
      <Suspense fallback={<Skeleton lines={4} tall />}>{pageAt(parts)}</Suspense>
    </Shell>
  );
}

function NoSuchPage(): ReactElement {
  return (
    <>
      <PageHead title="No such page" />
      <Empty
        icon="unknown"
        title="There is nothing at this address"
        actions={
          <Link className="button" to="/">
            Go to the ward
          </Link>
        }
      >
        <p>The address was mistyped, or the page has another name by now.</p>
      </Empty>
    </>
  );
}
