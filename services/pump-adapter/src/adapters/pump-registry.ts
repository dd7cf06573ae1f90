/** Which line each pump was found on. Two lines that claim one serial would fork its chain; the first one has it. */
export class PumpRegistry {
  readonly #lineOf = new Map<string, string>();

  /** True when the pump now belongs to this line. */
  claim(serial: string, line: string): boolean {
    const owner = this.#lineOf.get(serial);
    if (owner !== undefined && owner !== line) return false;
    this.#lineOf.set(serial, line);
    return true;
  }

  release(serial: string, line: string): void {
    if (this.#lineOf.get(serial) === line) this.#lineOf.delete(serial);
  }

  /** Whether this pump was found on another line than this one. */
  isElsewhere(serial: string, line: string): boolean {
    const owner = this.#lineOf.get(serial);
    return owner !== undefined && owner !== line;
  }
}
