import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { get, type Problem } from '../adapters/api.ts';

/** `GET /api/site`. */
export interface Site {
  readonly site: string;
  readonly rootKeyId: string;
  readonly version: string;
  readonly at: string;
  readonly origin: string;
  readonly relyingParty: string;
  readonly advice: { readonly reason: string; readonly words: string; readonly open: string } | null;
  readonly demonstration: boolean;
  readonly anybodyEnrolled: boolean;
  readonly epoch: { readonly validators: readonly string[]; readonly quorum: number } | null;
  readonly chain: { readonly chainId: string; readonly contract: string } | null;
  readonly services: Readonly<Record<string, boolean>>;
}

export const useSite = (): UseQueryResult<Site, Problem> =>
  useQuery<Site, Problem>({
    queryKey: ['site'],
    queryFn: ({ signal }) => get('/api/site', signal),
    staleTime: 60_000,
  });
