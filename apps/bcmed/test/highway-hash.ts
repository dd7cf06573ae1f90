const MASK = 0xffff_ffff_ffff_ffffn;
const HALF = 0xffff_ffffn;

const MUL_0 = [0xdbe6d5d5fe4cce2fn, 0xa4093822299f31d0n, 0x13198a2e03707344n, 0x243f6a8885a308d3n] as const;
const MUL_1 = [0x3bd39e10cb0ef593n, 0xc0acf169b5f18a8cn, 0xbe5466cf34e90c6cn, 0x452821e638d01377n] as const;
const LANES = [0, 1, 2, 3] as const;

/** HighwayHash-64 of the bytes under a key of 32 bytes. Source: google/highwayhash, c/highwayhash.c (the portable version). */
export function highwayHash64(key: Buffer, bytes: Buffer): bigint {
  const state = new State(lanesOf(key));
  const whole = bytes.length & ~31;
  for (let at = 0; at < whole; at += 32) state.update(lanesOf(bytes.subarray(at, at + 32)));
  if (whole < bytes.length) state.remainder(bytes.subarray(whole));
  return state.finish();
}

type Lanes = [bigint, bigint, bigint, bigint];

function lanesOf(bytes: Buffer): Lanes {
  return [0, 8, 16, 24].map((at) => bytes.readBigUInt64LE(at)) as Lanes; // four in, four out
}

const swapHalves = (lane: bigint): bigint => ((lane >> 32n) | (lane << 32n)) & MASK;

class State {
  readonly #v0: Lanes;
  readonly #v1: Lanes;
  readonly #mul0: Lanes = [...MUL_0];
  readonly #mul1: Lanes = [...MUL_1];

  constructor(key: Lanes) {
    this.#v0 = LANES.map((lane) => MUL_0[lane] ^ key[lane]) as Lanes;
    this.#v1 = LANES.map((lane) => MUL_1[lane] ^ swapHalves(key[lane])) as Lanes;
  }

  update(packet: Lanes): void {
    const [v0, v1, mul0, mul1] = [this.#v0, this.#v1, this.#mul0, this.#mul1];
    for (const lane of LANES) {
      v1[lane] = (v1[lane] + mul0[lane] + packet[lane]) & MASK;
      mul0[lane] ^= (v1[lane] & HALF) * (v0[lane] >> 32n);
      v0[lane] = (v0[lane] + mul1[lane]) & MASK;
      mul1[lane] ^= (v0[lane] & HALF) * (v1[lane] >> 32n);
    }
    for (const lane of [0, 2] as const) zipperMergeAndAdd(v1, v0, lane);
    for (const lane of [0, 2] as const) zipperMergeAndAdd(v0, v1, lane);
  }

  remainder(rest: Buffer): void {
    const size = BigInt(rest.length);
    const odd = rest.length & 3;
    const packet = Buffer.alloc(32);
    rest.copy(packet, 0, 0, rest.length - odd);
    if ((rest.length & 16) !== 0) rest.copy(packet, 28, rest.length - 4);
    else if (odd !== 0) {
      const tail = rest.subarray(rest.length - odd);
      packet.set([tail[0]!, tail[odd >> 1]!, tail[odd - 1]!], 16);
    }
    for (const lane of LANES) {
      this.#v0[lane] = (this.#v0[lane] + (size << 32n) + size) & MASK;
      this.#v1[lane] =
        rotateLeft32(this.#v1[lane] & HALF, size) | (rotateLeft32(this.#v1[lane] >> 32n, size) << 32n);
    }
    this.update(lanesOf(packet));
  }

  finish(): bigint {
    for (let round = 0; round < 4; round++) {
      const [a, b, c, d] = this.#v0;
      this.update([swapHalves(c), swapHalves(d), swapHalves(a), swapHalves(b)]);
    }
    return (this.#v0[0] + this.#v1[0] + this.#mul0[0] + this.#mul1[0]) & MASK;
  }
}

const rotateLeft32 = (half: bigint, by: bigint): bigint => ((half << by) | (half >> (32n - by))) & HALF;

/** Mixes the bytes of two neighbouring lanes of `from` and adds them to those of `to`. */
function zipperMergeAndAdd(from: Lanes, to: Lanes, lane: 0 | 2): void {
  const next = (lane + 1) as 1 | 3;
  const [even, odd] = [from[lane], from[next]];
  const byte = (value: bigint, index: bigint, to: bigint): bigint =>
    ((value >> (8n * index)) & 0xffn) << (8n * to);
  const low =
    byte(even, 3n, 0n) |
    byte(odd, 4n, 1n) |
    byte(even, 2n, 2n) |
    byte(even, 5n, 3n) |
    byte(odd, 6n, 4n) |
    byte(even, 1n, 5n) |
    byte(odd, 7n, 6n) |
    byte(even, 0n, 7n);
  const high =
    byte(odd, 3n, 0n) |
    byte(even, 4n, 1n) |
    byte(odd, 2n, 2n) |
    byte(odd, 5n, 3n) |
    byte(odd, 1n, 4n) |
    byte(even, 6n, 5n) |
    byte(odd, 0n, 6n) |
    byte(even, 7n, 7n);
  to[lane] = (to[lane] + low) & MASK;
  to[next] = (to[next] + high) & MASK;
}
