import type { DrugLibrary } from '../domain/library/index.js';
import {
  DosingError,
  LibraryDiffersError,
  LibraryExampleError,
  LibraryMissingError,
  LibraryUnreadableError,
} from '../errors.js';
import type { Libraries } from '../views/libraries.js';
import { openLibraryFile } from './library-file.js';

export interface ShelfSettings {
  /** The unit for which the library is. */
  readonly unit: string;
  readonly allowExample: boolean;
  readonly libraries: Libraries;
  /** Why the chain speaks against the active library; undefined when it does not, or is away. */
  readonly objection: () => LibraryDiffersError | undefined;
}

/** A library that may be used. */
export interface ShelvedLibrary {
  readonly hash: string;
  readonly text: string;
  readonly content: DrugLibrary;
}

/**
 * The drug library that people released and that is active, by its own bytes. One that is missing, an example where none may be
 * used, or another than the one that stands on the chain keeps orders back and nothing else: a stop needs none.
 */
export class LibraryShelf {
  readonly unit: string;
  /** Parsed once for each proposal. */
  #read: { readonly proposal: string; readonly found: ShelvedLibrary | DosingError } | undefined;

  constructor(private readonly settings: ShelfSettings) {
    this.unit = settings.unit;
  }

  /** The library as it may be used now, or why there is none. */
  now(): ShelvedLibrary | DosingError {
    const { libraries, objection } = this.settings;
    const active = libraries.inForce(this.unit);
    if (active === undefined)
      return new LibraryMissingError(
        `No drug library is active for ${this.unit}: propose one and let two people release it.`,
      );
    const objected = objection();
    if (objected !== undefined) return objected;
    if (this.#read?.proposal !== active.proposal)
      this.#read = { proposal: active.proposal, found: this.#open(active) };
    return this.#read.found;
  }

  /** For orders of a unit. */
  activeFor(unit: string): ShelvedLibrary | undefined {
    const found = this.now();
    return unit === this.unit && !(found instanceof DosingError) ? found : undefined;
  }

  #open({
    text,
    libraryHash,
  }: {
    readonly text: string;
    readonly libraryHash: string;
  }): ShelvedLibrary | DosingError {
    try {
      const { hash, library: content } = openLibraryFile(Buffer.from(text, 'utf8'));
      if (hash !== libraryHash)
        return new LibraryDiffersError(`The bytes have the hash ${hash}; ${libraryHash} was released.`);
      if (content.status === 'example' && !this.settings.allowExample)
        return new LibraryExampleError(
          `${content.name} ${content.version} is an example, never for patients; set ALLOW_EXAMPLE_LIBRARY to use it all the same.`,
        );
      return { hash, text, content };
    } catch (cause) {
      if (cause instanceof DosingError) return cause;
      return new LibraryUnreadableError('The active library cannot be read', { cause });
    }
  }
}
