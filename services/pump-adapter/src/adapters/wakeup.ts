/** A bell for one sleeper: a call that comes while nobody sleeps makes the next sleep short. */
export class Wakeup {
  #called = false;
  #wake: (() => void) | undefined;

  call(): void {
    this.#called = true;
    this.#wake?.();
  }

  /** Resolves at a call, at once for one that came since the last sleep, and after the time at the latest. */
  async wait(ms: number): Promise<void> {
    if (!this.#called) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    this.#called = false;
  }
}
