import { createHash } from 'node:crypto';
import { lintLibrary, type DrugLibrary, type LintProblem } from '../domain/library/index.js';
import { LibraryInvalidError, LibraryUnreadableError } from '../errors.js';

/** A library as a file holds it. */
export interface LibraryFile {
  /** SHA-256 of the exact bytes in base64url: the library's name in orders and events. */
  readonly hash: string;
  readonly text: string;
  readonly problems: readonly LintProblem[];
  readonly library: DrugLibrary | undefined;
}

/**
 * Hashes and judges the bytes of a library. A file that differs in one byte is another library, also when it says the same.
 * Throws LibraryUnreadableError for bytes that are not UTF-8.
 */
export function readLibraryFile(bytes: Uint8Array): LibraryFile {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new LibraryUnreadableError('the library is not UTF-8', { cause });
  }
  return { hash: libraryHash(bytes), text, ...lintLibrary(text) };
}

export function libraryHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** As `readLibraryFile`, for who needs the library: throws LibraryInvalidError, which names every error with its line. */
export function openLibraryFile(bytes: Uint8Array): LibraryFile & { readonly library: DrugLibrary } {
  const file = readLibraryFile(bytes);
  if (file.library !== undefined) return { ...file, library: file.library };
  const errors = file.problems.filter(({ severity }) => severity === 'error');
  const lines = errors.map(({ line, path, words }) => `line ${line}, ${path}: ${words}`);
  throw new LibraryInvalidError(lines.join('\n'));
}
