import { AppendConflictError, subjects, type EventLog } from '@bcmed/event-log';
import { derivedId, LibraryActivated, toToken } from '@bcmed/events';
import type { Clock } from '../adapters/clock.js';
import type { LibraryShelf } from '../adapters/library-shelf.js';
import { DosingError } from '../errors.js';
import type { Ward } from '../views/ward.js';
import { attributesOf, sealEvent, type Signature } from './event-maker.js';
import type { Standing } from './standing.js';

export interface ActivationSettings {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly signature: Signature;
  readonly standing: Standing;
  readonly shelf: LibraryShelf;
  readonly ward: Ward;
}

/**
 * Says on the stream which library orders are checked against from here on, when it is another one than the stream says.
 * KNOWN: who released the library is not asked; whoever can change the configuration activates it.
 */
export class LibraryActivation {
  constructor(private readonly settings: ActivationSettings) {}

  /** Does nothing while there is no library, or nobody would believe us. Throws what an append throws. */
  async activate(): Promise<void> {
    const { log, clock, signature, standing, shelf, ward } = this.settings;
    const library = shelf.at(clock.wallMs());
    const before = ward.libraries.get(shelf.unit);
    if (library instanceof DosingError || !standing.isLive || !standing.isEnrolled) return;
    if (before?.libraryHash === library.hash) return;
    const { name, version } = library.content;
    const entity = toToken(name);
    const filter = subjects.entity(signature.site, 'dosing', entity);
    const { expected } = await log.readEntity(filter);
    const id = derivedId(
      signature.site,
      'library-activated',
      shelf.unit,
      library.hash,
      String(expected.lastPosition),
    );
    const occasion = { at: clock.at(), actor: signature.source, key: '' };
    const data = {
      libraryHash: library.hash,
      version,
      unit: shelf.unit,
      ...(before !== undefined && { replacesHash: before.libraryHash }),
      activatedBy: signature.source,
    };
    const { sealed } = sealEvent(
      LibraryActivated,
      { id, entity, ...attributesOf(occasion, signature) },
      data,
      signature,
    );
    try {
      await log.append(sealed, expected);
    } catch (error) {
      if (!(error instanceof AppendConflictError)) throw error; // somebody said it meanwhile: it comes by the stream
    }
  }
}
