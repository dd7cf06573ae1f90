import { join } from 'node:path';
import { ChainError, ContractAbsentError, LibraryRegister, loadOrCreateKey } from '@bcmed/chain';
import { textHashOf } from '@bcmed/policy';
import { Logger } from '@nestjs/common';
import { Turns } from '../commands/turns.js';
import type { ProposedLibrary } from '../domain/library/index.js';
import { LibraryDiffersError } from '../errors.js';
import type { DosingStore } from './dosing-store.js';

export interface WitnessSettings {
  readonly site: string;
  readonly url: string | undefined;
  readonly chainId: bigint | undefined;
  /** Address that the operator named. */
  readonly address: string | undefined;
  readonly recovery: 'automatic' | 'manual';
  readonly stateDir: string;
  readonly store: DosingStore;
}

/** Where the hash of a released library stands. */
export interface SeenOnChain {
  readonly chainId: string;
  readonly contract: string;
  readonly number: string;
}

/** One look at the chain lasts this long; health asks more often than a chain changes. */
const FRESH_MS = 5_000;

/**
 * Brings the hash of a released library to the site's LibraryRegister and holds the two against each other. The log decides which
 * library is active; a register that says what nobody released on the log is an objection, and orders wait for a person.
 */
export class LibraryWitness {
  readonly #register: LibraryRegister | undefined;
  readonly #log = new Logger('library-register');
  readonly #turns = new Turns();
  #objection: LibraryDiffersError | undefined;
  #fault: string | undefined;
  #lookedMs = -Infinity;

  constructor(private readonly settings: WitnessSettings) {
    const { site, url, chainId, stateDir } = settings;
    if (url === undefined) return;
    const registrar = loadOrCreateKey(join(stateDir, 'registrar-key.pem'));
    this.#register = new LibraryRegister({ site, url, chainId, registrar });
  }

  get isConfigured(): boolean {
    return this.#register !== undefined;
  }

  /** Why the active library may not be used. */
  get objection(): LibraryDiffersError | undefined {
    return this.#objection;
  }

  /** Why the chain could not be asked, or written; nothing while it can. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /**
   * Sees to it that the hash stands on the chain, and says where; undefined without a chain. Throws a ChainError when it cannot be
   * brought there now, and LibraryDiffersError when the register objects.
   */
  ensure(wanted: ProposedLibrary): Promise<SeenOnChain | undefined> {
    return this.#turns.take('', async () => {
      const register = this.#register;
      if (register === undefined || wanted.release === undefined) return undefined;
      this.#lookedMs = performance.now();
      try {
        const contract = await this.#place(register);
        await this.#bring(register, contract, wanted);
        this.#objection = this.#fault = undefined;
        const chainId = (await register.chainId()).toString();
        return { chainId, contract, number: wanted.release.number };
      } catch (error) {
        this.#note(error);
        throw error;
      }
    });
  }

  /** As `ensure` for what is active, now and then; never throws. */
  async watch(active: ProposedLibrary | undefined): Promise<void> {
    if (active === undefined || performance.now() - this.#lookedMs < FRESH_MS) return;
    await this.ensure(active).catch(() => undefined);
  }

  async #bring(
    register: LibraryRegister,
    contract: string,
    { unit, libraryHash, releaseText, release }: ProposedLibrary,
  ): Promise<void> {
    const number = BigInt(release?.number ?? 0);
    const wanted = { libraryHash: hexOf(libraryHash), releaseHash: hexOf(textHashOf(releaseText)), number };
    const newest = await register.newest(contract, unit);
    if (newest === undefined || newest.number < number) {
      await register.record(contract, unit, wanted);
      return;
    }
    if (newest.number === number && newest.libraryHash === wanted.libraryHash) return;
    throw new LibraryDiffersError(
      `The register at ${contract} has ${newest.libraryHash} as number ${newest.number}; the log has ${wanted.libraryHash} as ${number}.`,
    );
  }

  /** The operator's register, else the one that was made here; where there is none, a new one if we may. */
  async #place(register: LibraryRegister): Promise<string> {
    const { address: named, recovery, store } = this.settings;
    const known = named ?? store.register;
    try {
      if (known === undefined) throw new ContractAbsentError('no address');
      await register.check(known);
      return known;
    } catch (error) {
      if (!(error instanceof ContractAbsentError) || named !== undefined || recovery === 'manual')
        throw error;
      const made = await register.deploy();
      store.keepRegister(made);
      this.#log.log(`a new LibraryRegister stands at ${made}`);
      return made;
    }
  }

  #note(error: unknown): void {
    if (error instanceof LibraryDiffersError) this.#objection = error;
    const words = error instanceof Error ? error.message : String(error);
    const code = error instanceof LibraryDiffersError || error instanceof ChainError ? `${error.code}: ` : '';
    const fault = `${code}${words}`;
    if (fault !== this.#fault) this.#log.warn(fault);
    this.#fault = fault;
  }
}

const hexOf = (base64Url: string): `0x${string}` =>
  `0x${Buffer.from(base64Url, 'base64url').toString('hex')}`;
