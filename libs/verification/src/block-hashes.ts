import type { Hex } from '@bcmed/chain';

const HASH_BYTES = 32;

/** The hash of every block from one on, 32 bytes each, so that a head of any height can be compared later. */
export class BlockHashes {
  #bytes = Buffer.alloc(1_024 * HASH_BYTES);
  #last: bigint;

  constructor(private readonly first: bigint) {
    this.#last = first - 1n;
  }

  /** Numbers come in order; those that were left out stay unknown. */
  set(number: bigint, hash: Hex): void {
    const at = Number(number - this.first) * HASH_BYTES;
    while (at + HASH_BYTES > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#bytes.write(hash.slice(2), at, 'hex');
    if (number > this.#last) this.#last = number;
  }

  at(number: bigint): Hex | undefined {
    if (number < this.first || number > this.#last) return undefined;
    const at = Number(number - this.first) * HASH_BYTES;
    const hash = this.#bytes.subarray(at, at + HASH_BYTES);
    return hash.every((byte) => byte === 0) ? undefined : `0x${hash.toString('hex')}`;
  }
}
