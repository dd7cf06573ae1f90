import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PeopleState } from '@bcmed/policy';
import type { HealthResult } from '@bcmed/service-kit';
import { Logger } from '@nestjs/common';
import { entryOf } from '@bcmed/policy';
import { compareRegistry, type RegistryEntry } from '../domain/registry.js';
import { AccessError, REGISTRY_DIFFERS, RegistryMissingError } from '../errors.js';
import type { RegistryClient } from './registry-client.js';
import type { SafetyStore } from './safety-store.js';
import type { AccessRecord } from './access-record.js';

const RETRY_PAUSES_MS = [100, 500, 2_000, 5_000, 15_000] as const;

export interface MirrorSettings {
  readonly site: string;
  readonly registrar: string;
  /** Address that the operator named. */
  readonly address?: string | undefined;
  readonly recovery: 'automatic' | 'manual';
}

/**
 * Makes the registry say what the stream says: reads all of it, writes what it lacks, and tells what it has too much. It remembers
 * nothing but the address, so after a restart, or with a chain that was rewound, it goes on where the registry is.
 *
 * Nobody waits for it. Decisions are made from the stream, and a chain that is away makes this service degraded, no more.
 */
export class RegistryMirror {
  readonly #log = new Logger('registry');
  readonly #abort = new AbortController();
  #pending = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #state: HealthResult = { status: 'degraded', detail: 'not compared with the stream yet' };
  #seen: PeopleState | undefined;

  constructor(
    private readonly client: RegistryClient | undefined,
    private readonly store: SafetyStore,
    private readonly trust: AccessRecord,
    private readonly settings: MirrorSettings,
  ) {}

  start(): void {
    if (this.client) this.#running ??= this.#run(this.client);
  }

  /** The people may have changed. */
  wake(): void {
    if (this.trust.people === this.#seen) return;
    this.#seen = this.trust.people;
    this.#pending = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake();
    await this.#running;
  }

  health(): { name: string; check(): Promise<HealthResult> } {
    const off: HealthResult = { status: 'up', detail: 'off: CHAIN_RPC_URL is not set' };
    return { name: 'registry', check: () => Promise.resolve(this.client ? this.#state : off) };
  }

  async #run(client: RegistryClient): Promise<void> {
    for (let failures = 0; !this.#abort.signal.aborted;) {
      await this.#untilWoken(failures);
      this.#pending = false;
      try {
        if (this.trust.isLoaded) await this.#bring(client);
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#fail(error);
      }
    }
  }

  /** Until there is something to do, or, after a failure, until it is time to try again. */
  async #untilWoken(failures: number): Promise<void> {
    if (failures > 0) {
      const ms = RETRY_PAUSES_MS[Math.min(failures, RETRY_PAUSES_MS.length) - 1];
      await pause(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      return;
    }
    if (this.#pending || this.#abort.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  async #bring(client: RegistryClient): Promise<void> {
    const address = await this.#place(client);
    const wanted = entriesOf(this.settings.site, this.trust.people);
    const { writes, differences } = compareRegistry(wanted, await client.read(address));
    for (const write of writes) {
      if (this.#abort.signal.aborted) return;
      await client.write(address, write);
    }
    const first = differences[0];
    if (first === undefined) {
      this.#state = { status: 'up', detail: `${wanted.length} credentials at ${address}` };
      return;
    }
    const detail = `${REGISTRY_DIFFERS}: ${differences.length} at ${address}: ${first}`;
    if (this.#state.detail !== detail) this.#log.error({ msg: detail, code: REGISTRY_DIFFERS });
    this.#state = { status: 'degraded', detail };
  }

  /** The operator's address, else the one that was made here; where there is none, a new one if we may. */
  async #place(client: RegistryClient): Promise<string> {
    const { address: named, recovery, registrar } = this.settings;
    const known = named ?? this.store.meta('registry');
    try {
      if (known === undefined) throw new RegistryMissingError('no AccessRegistry is configured');
      await client.open(known);
      return known;
    } catch (error) {
      if (!(error instanceof RegistryMissingError)) throw error;
      if (named !== undefined || recovery === 'manual')
        throw new RegistryMissingError(
          `${error.message}: deploy an AccessRegistry with the registrar ${registrar} and set ACCESS_REGISTRY_ADDRESS`,
          { cause: error },
        );
      const made = await client.deploy();
      this.store.setMeta('registry', made);
      this.#log.log(`a new registry stands at ${made}`);
      return made;
    }
  }

  #fail(error: unknown): void {
    const words = error instanceof Error ? error.message : String(error);
    const detail = error instanceof AccessError ? `${error.code}: ${words}` : words;
    if (this.#state.detail !== detail) this.#log.warn(detail);
    this.#state = { status: 'degraded', detail };
  }
}

/** What the registry ought to hold, in the order of enrolment. */
export function entriesOf(site: string, people: PeopleState): RegistryEntry[] {
  return Object.values(people.authenticators).map(({ person, credentialId, kind, publicKey }) => ({
    id: sha256('credential', site, credentialId),
    person: sha256('person', site, person),
    kind,
    x: hexOf(publicKey.x),
    y: hexOf(publicKey.y),
    revoked:
      entryOf(people.revokedAuthenticators, credentialId) === true ||
      entryOf(people.people, person)?.revoked === true,
  }));
}

function sha256(...parts: readonly string[]): string {
  return `0x${createHash('sha256')
    .update(['bcmed', ...parts].join('\n'))
    .digest('hex')}`;
}

function hexOf(base64Url: string): string {
  return `0x${Buffer.from(base64Url, 'base64url').toString('hex')}`;
}
