import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_UNITS } from '@bcmed/policy';
import type { Clock } from '../adapters/clock.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { AccessRecord } from '../adapters/access-record.js';
import { newPseudonym } from '../adapters/tokens.js';
import { FIRST_START, isNobodyYet } from '../domain/people.js';
import type { Enrolment } from './enrolment.js';

export const FIRST_LINK_FILE = 'first-administrator-link';

export interface FirstStartParts {
  readonly stateDir: string;
  readonly trust: AccessRecord;
  readonly store: SafetyStore;
  readonly enrolment: Enrolment;
  readonly clock: Clock;
  /** Where a person at the console reads it. */
  readonly print: (line: string) => void;
}

/**
 * While nobody exists, there is one link with which somebody becomes the first administrator: printed once, and in a file of mode
 * 0600. Whoever can read either could as well read the service's key.
 */
export class FirstStart {
  constructor(private readonly parts: FirstStartParts) {}

  /** Makes the link when there is none that is good, and removes all of it once somebody exists. Repeatable. */
  check(): void {
    const { trust, enrolment, print } = this.parts;
    if (!trust.isLoaded || trust.enrolment.state !== 'enrolled') return;
    const open = this.#open();
    if (!isNobodyYet(trust.people)) {
      enrolment.void(open);
      rmSync(this.#path, { force: true });
      return;
    }
    if (this.#underWay() || (open.some((link) => this.#isGood(link.expiresMs)) && existsSync(this.#path)))
      return;
    enrolment.void(open);
    const roles = [{ role: 'administrator', unit: ALL_UNITS } as const];
    const { address, expiresAt } = enrolment.createLink({ person: newPseudonym(), roles, by: FIRST_START });
    this.#write(address);
    print(
      `\nNobody is enrolled yet. The first administrator opens this link, once, until ${expiresAt}:\n\n  ${address}\n`,
    );
  }

  get #path(): string {
    return join(this.parts.stateDir, FIRST_LINK_FILE);
  }

  #open() {
    return this.parts.store.links('open').filter(({ createdBy }) => createdBy === FIRST_START);
  }

  #underWay(): boolean {
    return this.parts.store.links('claimed').some(({ createdBy }) => createdBy === FIRST_START);
  }

  #isGood(expiresMs: number): boolean {
    return this.parts.clock.nowMs() < expiresMs;
  }

  #write(address: string): void {
    const draft = `${this.#path}.tmp`;
    rmSync(draft, { force: true });
    writeFileSync(draft, `${address}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, this.#path);
  }
}
