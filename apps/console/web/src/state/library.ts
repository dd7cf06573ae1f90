import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { get, type Problem } from '../adapters/api.ts';
import { libraryOf, type DrugLibrary } from '../domain/library.ts';

/** The library in force, with the hash that orders name. */
export interface LibraryInForce {
  readonly hash: string;
  readonly unit: string;
  readonly text: string;
  readonly library: DrugLibrary;
}

/** Reads YAML in which every scalar is text. The parser is loaded when somebody orders something, not before. */
export async function readLibraryText(text: string): Promise<DrugLibrary> {
  const { parse } = await import('yaml');
  return libraryOf(parse(text, { schema: 'failsafe' }));
}

export const useLibrary = (): UseQueryResult<LibraryInForce, Problem> =>
  useQuery<LibraryInForce, Problem>({
    queryKey: ['library'],
    queryFn: async ({ signal }) => {
      const { hash, unit, text } = await get<{ hash: string; unit: string; text: string }>(
        '/api/dosing/library',
        signal,
      );
      return { hash, unit, text, library: await readLibraryText(text) };
    },
    staleTime: 30_000,
  });
