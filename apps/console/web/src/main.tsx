import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from './adapters/api.ts';
import { App } from './app.tsx';
import { sessionEnded } from './state/session.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/alarm.css';
import './styles/shell.css';
import './styles/ward.css';
import './styles/welcome.css';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What was refused stays refused; only what did not answer is asked again.
      retry: (failures, error) =>
        failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
      refetchOnWindowFocus: true,
    },
  },
});
queries.getQueryCache().subscribe(({ query }) => {
  const error: unknown = query.state.error;
  if (error instanceof Problem && error.isSignedOut) sessionEnded();
});

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
