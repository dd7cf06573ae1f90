import type { LibraryActivated, LibraryProposed, LibraryReleased, SignedText } from '@bcmed/events';
import type { z } from 'zod';

interface Definitions {
  'library-proposed': typeof LibraryProposed;
  'library-released': typeof LibraryReleased;
  'library-activated': typeof LibraryActivated;
}

/** What is said about libraries; `library` is the name that the library gives itself, and the entity of the event. */
export type LibraryEvent = {
  [Name in keyof Definitions]: {
    readonly name: Name;
    readonly library: string;
    readonly data: z.infer<Definitions[Name]['data']>;
  };
}[keyof Definitions];

type DataOf<Name extends keyof Definitions> = z.infer<Definitions[Name]['data']>;

/** A library that somebody proposed, and how far it came. */
export interface ProposedLibrary extends DataOf<'library-proposed'> {
  readonly library: string;
  readonly proposedAt: string;
  readonly release?: {
    readonly releasedBy: readonly string[];
    readonly releasedAt: string;
    readonly release: SignedText;
    /** Position of the release on the stream, decimal; what is released later comes later. */
    readonly number: string;
  };
}

/** All libraries of a site, as far as they were proposed, and which of them is active, by unit. */
export interface LibraryBook {
  readonly proposals: readonly ProposedLibrary[];
  /** Id of the proposal that is active. */
  active(unit: string): string | undefined;
}

/** Somebody wants a library to be used. The linter found no error in it, and the policies let them ask. */
export interface ProposeLibrary {
  readonly type: 'propose';
  readonly library: string;
  readonly data: DataOf<'library-proposed'>;
}

/** An approval of the text of a release, as it stands now. */
export interface ReleaseLibrary {
  readonly type: 'release';
  readonly at: string;
  readonly approval: {
    readonly id: string;
    readonly unit: string;
    readonly expiresAt: string;
    readonly requestedBy: string;
    readonly needed: number;
    /** The text with every signature. */
    readonly signed: SignedText;
    /** Those whose signature holds and whom the policies let release it, at this moment. */
    readonly standing: readonly string[];
  };
  readonly decidedBy: NonNullable<DataOf<'library-released'>['decidedBy']>;
}

/** What was released and is in effect is to be used. The caller has seen its hash on the chain, where there is one. */
export interface ActivateLibrary {
  readonly type: 'activate';
  readonly at: string;
  readonly unit: string;
  readonly by: string;
  readonly allowExample: boolean;
  readonly onChain?: DataOf<'library-activated'>['onChain'];
}

export type LibraryCommand = ProposeLibrary | ReleaseLibrary | ActivateLibrary;

/** A library is released by no fewer, whatever an approval says. */
export const RELEASERS = 2;

/**
 * What is said about libraries in answer to a command. Pure; a command that was carried out before says nothing new.
 *
 * Promises: a library is released only for the very text that was signed, by at least two different people, once; and activated
 * only when it was released, is in effect, and is no example where none may be used.
 */
export function decideLibrary(command: LibraryCommand, book: LibraryBook): readonly LibraryEvent[] {
  switch (command.type) {
    case 'propose':
      return propose(command, book);
    case 'release':
      return release(command, book);
    case 'activate':
      return activate(command, book);
    default:
      return command satisfies never;
  }
}

/** The proposal of exactly these bytes that nobody has released yet. */
export function openProposal(
  { proposals }: LibraryBook,
  { unit, libraryHash }: { readonly unit: string; readonly libraryHash: string },
): ProposedLibrary | undefined {
  return proposals.find(
    (one) => one.unit === unit && one.libraryHash === libraryHash && one.release === undefined,
  );
}

function propose({ library, data }: ProposeLibrary, book: LibraryBook): readonly LibraryEvent[] {
  return openProposal(book, data) ? [] : [{ name: 'library-proposed', library, data }];
}

function release({ at, approval, decidedBy }: ReleaseLibrary, book: LibraryBook): readonly LibraryEvent[] {
  const { signed, unit, standing, requestedBy, needed, expiresAt } = approval;
  const wanted = book.proposals.find((one) => one.releaseText === signed.text && one.unit === unit);
  if (wanted === undefined || wanted.release !== undefined || expiresAt <= at) return [];
  const releasedBy = [...new Set(standing)];
  if (!releasedBy.includes(requestedBy) || releasedBy.length < Math.max(RELEASERS, 1 + needed)) return [];
  const { library, proposal, libraryHash, version, status, effectiveFrom, reason, warnings } = wanted;
  const about = { proposal, libraryHash, version, status, unit, effectiveFrom, reason, warnings };
  return [
    {
      name: 'library-released',
      library,
      data: {
        ...about,
        releasedBy: releasedBy.slice(0, 8),
        release: signed,
        approvalId: approval.id,
        decidedBy: decidedBy.filter(({ person }) => releasedBy.includes(person)).slice(0, 8),
      },
    },
  ];
}

/** Of what is in effect, the library that was released last. So an earlier one comes back by releasing it again. */
export function libraryInEffect(
  { proposals }: LibraryBook,
  { unit, at, allowExample }: Pick<ActivateLibrary, 'unit' | 'at' | 'allowExample'>,
): ProposedLibrary | undefined {
  return proposals
    .filter((one) => one.unit === unit && one.release !== undefined && one.effectiveFrom <= at)
    .filter(({ status }) => status === 'clinical' || allowExample)
    .reduce<ProposedLibrary | undefined>(
      (last, one) => (last && numberOf(last) > numberOf(one) ? last : one),
      undefined,
    );
}

/** When the next library comes into effect of which nothing else is lacking. */
export function nextEffect({ proposals }: LibraryBook, at: string): string | undefined {
  return proposals
    .filter(({ release: released, effectiveFrom }) => released !== undefined && effectiveFrom > at)
    .map(({ effectiveFrom }) => effectiveFrom)
    .sort()[0];
}

function activate(command: ActivateLibrary, book: LibraryBook): readonly LibraryEvent[] {
  const { unit, by: activatedBy, onChain } = command;
  const wanted = libraryInEffect(book, command);
  const active = book.active(unit);
  if (wanted === undefined || wanted.proposal === active) return [];
  const before = book.proposals.find(({ proposal }) => proposal === active);
  const { library, proposal, libraryHash, version } = wanted;
  return [
    {
      name: 'library-activated',
      library,
      data: {
        proposal,
        libraryHash,
        version,
        unit,
        activatedBy,
        ...(before !== undefined && { replacesHash: before.libraryHash }),
        ...(onChain !== undefined && { onChain }),
      },
    },
  ];
}

const numberOf = ({ release: released }: ProposedLibrary): bigint => BigInt(released?.number ?? 0);
