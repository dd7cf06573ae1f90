import { AppendConflictError, subjects, type EventLog } from '@bcmed/event-log';
import {
  derivedId,
  LibraryActivated,
  LibraryProposed,
  LibraryReleased,
  toToken,
  type EventDefinition,
} from '@bcmed/events';
import { authorise, standingPeople, signedTextOf, type ApprovalState, type PeopleState } from '@bcmed/policy';
import { v7 as uuidV7 } from 'uuid';
import type { Clock } from '../adapters/clock.js';
import { openLibraryFile, type LibraryFile } from '../adapters/library-file.js';
import type { LibraryWitness } from '../adapters/library-witness.js';
import {
  decideLibrary,
  libraryInEffect,
  openProposal,
  type DrugLibrary,
  type LibraryCommand,
  type LibraryEvent,
  type ProposedLibrary,
} from '../domain/library/index.js';
import type { Allowance } from '../domain/order/index.js';
import { LibraryExampleError, NotPermittedError } from '../errors.js';
import type { Ward } from '../views/ward.js';
import type { Denials } from './denials.js';
import { attributesOf, sealEvent, type Signature } from './event-maker.js';
import { releaseTextOf } from './release-text.js';
import type { Standing } from './standing.js';
import { Turns } from './turns.js';

export interface LibraryDeskSettings {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly signature: Signature;
  readonly standing: Standing;
  readonly ward: Ward;
  readonly denials: Denials;
  readonly people: () => PeopleState;
  readonly witness: LibraryWitness;
  readonly unit: string;
  readonly allowExample: boolean;
}

const DEFINITIONS: Readonly<Record<LibraryEvent['name'], EventDefinition>> = {
  'library-proposed': LibraryProposed,
  'library-released': LibraryReleased,
  'library-activated': LibraryActivated,
};

const MAX_ATTEMPTS = 5;

/**
 * The way of a drug library into use: somebody proposes its bytes; two people sign the text that names their hash, as an approval at
 * access; then it is released, its hash is brought to the chain, and it is activated as soon as it is in effect.
 */
export class LibraryDesk {
  readonly #turns = new Turns();

  constructor(private readonly settings: LibraryDeskSettings) {}

  /** Throws LibraryInvalidError with every error of the linter, NotPermittedError, and what `Standing` and an append throw. */
  async propose(person: string, text: string): Promise<ProposedLibrary> {
    const { standing, denials, ward, unit, allowExample } = this.settings;
    standing.require();
    const file = openLibraryFile(Buffer.from(text, 'utf8'));
    if (file.library.status === 'example' && !allowExample)
      throw new LibraryExampleError('This library is an example, and this configuration takes none.');
    return denials.recording(undefined, () =>
      this.#turns.take('', async () => {
        const allowance = this.#allowed(person, file.library.name);
        const about = { unit, libraryHash: file.hash };
        const open = openProposal(ward.libraries, about);
        if (open !== undefined) return open;
        await this.#say({ type: 'propose', ...this.#proposal(person, file, allowance) }, person);
        const made = openProposal(ward.libraries, about);
        if (made === undefined) throw new TypeError('a proposal that was said is not there');
        return made;
      }),
    );
  }

  /**
   * Releases what people have approved, and activates what is released and in effect; repeatable. Does nothing while nobody would
   * believe us. Throws what an append, the chain and LibraryWitness throw; then nothing was activated, and it is tried again.
   */
  look(): Promise<void> {
    return this.#turns.take('', async () => {
      const { standing, ward } = this.settings;
      if (!standing.isLive || !standing.isEnrolled) return;
      for (const [id, state] of ward.approvals.open) await this.#release(id, state);
      await this.#activate();
    });
  }

  #proposal(
    person: string,
    { hash: libraryHash, text, problems, library }: LibraryFile & { readonly library: DrugLibrary },
    allowance: Allowance,
  ) {
    const { unit, signature, ward } = this.settings;
    const { name, version, status, effectiveFrom, reason } = library;
    const about = {
      ...{ proposal: uuidV7(), libraryHash, version, status, unit, effectiveFrom, reason },
      warnings: problems.filter(({ severity }) => severity === 'warning').length,
    };
    const replaces = ward.libraries.inForce(unit)?.libraryHash;
    const releaseText = releaseTextOf(signature.site, toToken(name), about, replaces);
    const data = { ...about, proposedBy: person, text, releaseText, decidedBy: [allowance] };
    return { library: toToken(name), data };
  }

  async #release(id: string, state: ApprovalState): Promise<void> {
    const { clock, people } = this.settings;
    if (state.phase !== 'open' || state.request.purpose !== 'library-release') return;
    const { unit, expiresAt, requestedBy, approvalsNeeded: needed, text } = state.request;
    const at = clock.at();
    const wanted = this.settings.ward.libraries.proposals.find(({ releaseText }) => releaseText === text);
    if (wanted === undefined || wanted.release !== undefined) return;
    const decidedBy: Allowance[] = [];
    for (const person of standingPeople(state, people(), at)) {
      const asked = person === requestedBy ? undefined : requestedBy;
      const allowance = this.#allowance(person, wanted.library, asked);
      if ('allowance' in allowance) decidedBy.push(allowance.allowance);
    }
    const standing = decidedBy.map(({ person }) => person);
    const signed = signedTextOf(state);
    const approval = { id, unit, expiresAt, requestedBy, needed, signed, standing };
    await this.#say({ type: 'release', at, approval, decidedBy }, requestedBy);
  }

  async #activate(): Promise<void> {
    const { clock, ward, unit, allowExample, witness, signature } = this.settings;
    const at = clock.at();
    const wanted = libraryInEffect(ward.libraries, { unit, at, allowExample });
    if (wanted === undefined || wanted.proposal === ward.libraries.active(unit)) return;
    const onChain = await witness.ensure(wanted);
    const command = { type: 'activate', at, unit, by: signature.source, allowExample } as const;
    await this.#say({ ...command, ...(onChain !== undefined && { onChain }) }, signature.source);
  }

  /** Decides on what the log says, and appends it unless somebody was faster; then decides again. */
  async #say(command: LibraryCommand, actor: string): Promise<void> {
    const { log, clock, signature, ward } = this.settings;
    for (let attempt = 1; ; attempt++) {
      const [event] = decideLibrary(command, ward.libraries);
      if (event === undefined) return;
      const filter = subjects.entity(signature.site, 'dosing', event.library);
      const { expected } = await log.readEntity(filter);
      const { proposal } = event.data;
      const id = derivedId(signature.site, event.name, proposal, String(expected.lastPosition));
      const occasion = { at: clock.at(), actor, key: '' };
      const attributes = { id, entity: event.library, ...attributesOf(occasion, signature) };
      const made = sealEvent(DEFINITIONS[event.name], attributes, event.data, signature);
      try {
        const { position } = await log.append(made.sealed, expected);
        ward.libraries.take(made.event, position);
        return;
      } catch (error) {
        if (!(error instanceof AppendConflictError) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  #allowed(person: string, library: string): Allowance {
    const answer = this.#allowance(person, toToken(library));
    if ('allowance' in answer) return answer.allowance;
    throw new NotPermittedError(answer);
  }

  #allowance(person: string, library: string, requestedBy?: string) {
    const { people, clock, unit } = this.settings;
    const request = {
      person,
      action: 'release-library',
      resource: { kind: 'library', id: library, unit },
    } as const;
    const circumstances = { at: clock.at(), ...(requestedBy !== undefined && { requestedBy }) };
    const decision = authorise(request, people(), circumstances);
    if (decision.outcome === 'denied') return { request, decision };
    const { policies, policyVersion } = decision;
    return {
      allowance: { person, action: 'release-library', policies: policies.slice(0, 16), policyVersion },
    };
  }
}
