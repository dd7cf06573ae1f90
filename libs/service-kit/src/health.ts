/** `degraded` still serves, with something that a person should look at; `down` must get no work. */
export type HealthStatus = 'up' | 'degraded' | 'down';

export interface HealthResult {
  readonly status: HealthStatus;
  /** What is so, in words for the person on call. Never a secret: the endpoint needs no log-in. */
  readonly detail?: string;
}

/** One thing that the service depends on and can look at cheaply. A check that throws or hangs counts as down. */
export interface HealthCheck {
  readonly name: string;
  check(): Promise<HealthResult>;
}

export interface HealthReport {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, HealthResult>>;
}

/** How long one check may take before it counts as down. */
export const CHECK_DEADLINE_MS = 2_000;

const WORSE: Readonly<Record<HealthStatus, number>> = { up: 0, degraded: 1, down: 2 };

/**
 * What the service can say about itself right now. Checks are asked anew at every call, side by side, so the report
 * is never older than the request. A service without checks, or one that drains, is not ready.
 */
export class HealthRegistry {
  readonly #checks = new Map<string, HealthCheck>();
  #draining: string | undefined;

  constructor(private readonly deadlineMs = CHECK_DEADLINE_MS) {}

  /** Adds a check; a second one of the same name replaces the first. */
  add(...checks: readonly HealthCheck[]): void {
    for (const check of checks) this.#checks.set(check.name, check);
  }

  /** From now on the service is not ready, whatever its checks say: it is on its way out. Cannot be taken back. */
  drain(reason: string): void {
    this.#draining ??= reason;
  }

  async report(): Promise<HealthReport> {
    const asked = await Promise.all(
      [...this.#checks.values()].map(async (check) => [check.name, await this.#ask(check)] as const),
    );
    const checks: Record<string, HealthResult> = Object.fromEntries(asked);
    if (this.#draining !== undefined) checks['process'] = { status: 'down', detail: this.#draining };
    else if (asked.length === 0)
      checks['process'] = { status: 'down', detail: 'still starting: no check is registered' };
    const status = Object.values(checks).reduce<HealthStatus>(
      (worst, check) => (WORSE[check.status] > WORSE[worst] ? check.status : worst),
      'up',
    );
    return { status, checks };
  }

  async #ask(check: HealthCheck): Promise<HealthResult> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<HealthResult>((resolve) => {
      timer = setTimeout(
        () => resolve({ status: 'down', detail: `no answer within ${this.deadlineMs} ms` }),
        this.deadlineMs,
      );
    });
    try {
      return await Promise.race([check.check(), late]);
    } catch (cause) {
      return { status: 'down', detail: cause instanceof Error ? cause.message : String(cause) };
    } finally {
      clearTimeout(timer);
    }
  }
}
