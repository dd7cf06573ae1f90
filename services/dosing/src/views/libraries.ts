import { isEvent, LibraryActivated, LibraryProposed, LibraryReleased, type StreamEvent } from '@bcmed/events';
import type { LibraryBook, ProposedLibrary } from '../domain/library/index.js';
import { Table } from './table.js';

/** Which library the stream calls active. */
export interface ActiveLibrary {
  readonly proposal: string;
  readonly libraryHash: string;
  readonly activatedAt: string;
  readonly onChain?: { readonly contract: string; readonly number: string } | undefined;
}

/** Every library that was proposed, with its bytes, and which of them is active for each unit. */
export class Libraries implements LibraryBook {
  readonly table = new Table<ProposedLibrary>('library-proposal');
  readonly actives = new Table<ActiveLibrary>('library-active');

  get proposals(): readonly ProposedLibrary[] {
    return this.table.entries.map(([, proposal]) => proposal);
  }

  active(unit: string): string | undefined {
    return this.actives.get(unit)?.proposal;
  }

  with(proposal: string): ProposedLibrary | undefined {
    return this.table.get(proposal);
  }

  /** The library that is active for a unit, by its own bytes. */
  inForce(unit: string): ProposedLibrary | undefined {
    const active = this.active(unit);
    return active === undefined ? undefined : this.with(active);
  }

  /** Applies one event; one that was applied before changes nothing. */
  take(event: StreamEvent, position: bigint): void {
    if (isEvent(event, LibraryProposed)) {
      const { proposal } = event.data;
      if (this.with(proposal) === undefined)
        this.table.set(proposal, { ...event.data, library: event.subject, proposedAt: event.time });
    } else if (isEvent(event, LibraryReleased)) {
      const { proposal, releasedBy, release } = event.data;
      const known = this.with(proposal);
      if (known === undefined || known.release !== undefined) return;
      const released = { releasedBy, releasedAt: event.time, release, number: position.toString() };
      this.table.set(proposal, { ...known, release: released });
    } else if (isEvent(event, LibraryActivated)) {
      const { unit, proposal, libraryHash, onChain } = event.data;
      this.actives.set(unit, { proposal, libraryHash, activatedAt: event.time, onChain });
    }
  }
}
