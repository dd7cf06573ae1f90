import { libraryReleaseText, type LibraryReleaseText } from '@bcmed/events';

/** The exact text that people sign to release a library. */
export function releaseTextOf(
  site: string,
  library: string,
  about: Omit<LibraryReleaseText, 'kind' | 'site' | 'library' | 'replacesHash'>,
  replacesHash: string | undefined,
): string {
  const text = { kind: 'library-release', site, library, ...about, ...(replacesHash && { replacesHash }) };
  return JSON.stringify(libraryReleaseText.parse(text));
}
