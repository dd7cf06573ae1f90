import { readFileSync } from 'node:fs';
import type { DrugLibrary } from '../domain/library/index.js';
import { DosingError, LibraryExampleError, LibraryNotYetError, LibraryUnreadableError } from '../errors.js';
import { openLibraryFile } from './library-file.js';

export interface ShelfSettings {
  readonly path: string;
  /** The unit for which the library is. */
  readonly unit: string;
  readonly allowExample: boolean;
}

/** A library that may be used. */
export interface ShelvedLibrary {
  readonly hash: string;
  readonly text: string;
  readonly content: DrugLibrary;
}

/**
 * The drug library of the configuration, read once at the start. A library that is missing, faulty, an example, or not yet in
 * effect keeps orders back and nothing else: the service runs, because a stop needs none.
 */
export class LibraryShelf {
  readonly #found: ShelvedLibrary | DosingError;
  readonly unit: string;

  constructor(private readonly settings: ShelfSettings) {
    this.unit = settings.unit;
    this.#found = this.#read();
  }

  /** The library as it may be used at this moment, or why there is none. */
  at(atMs: number): ShelvedLibrary | DosingError {
    const found = this.#found;
    if (found instanceof DosingError || atMs >= Date.parse(found.content.effectiveFrom)) return found;
    return new LibraryNotYetError(`The library is in effect from ${found.content.effectiveFrom} on.`);
  }

  /** For orders of a unit. */
  activeFor(unit: string, atMs: number): ShelvedLibrary | undefined {
    const found = this.at(atMs);
    return unit === this.unit && !(found instanceof DosingError) ? found : undefined;
  }

  #read(): ShelvedLibrary | DosingError {
    const { path, allowExample } = this.settings;
    try {
      const { hash, text, library: content } = openLibraryFile(readFileSync(path));
      if (content.status === 'example' && !allowExample)
        return new LibraryExampleError(
          `${content.name} ${content.version} is an example, never for patients; set ALLOW_EXAMPLE_LIBRARY to use it all the same.`,
        );
      return { hash, text, content };
    } catch (cause) {
      if (cause instanceof DosingError) return cause;
      return new LibraryUnreadableError(`${path} cannot be read`, { cause });
    }
  }
}
