/** A generator of chance as a value: 32 bits that say everything it will ever give. */
export interface RandomState {
  readonly word: number;
}

/** The generator of a seed; the same seed gives the same course of events for ever. */
export function generatorFrom(seed: number): RandomState {
  return { word: seed >>> 0 };
}

const GOLDEN = 0x9e3779b9;

/** A number in (0, 1) and the generator after it: a counter whose bits are mixed twice. Not for secrets. */
export function nextUniform(state: RandomState): readonly [number, RandomState] {
  const word = (state.word + GOLDEN) >>> 0;
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  mixed = (mixed ^ (mixed >>> 16)) >>> 0;
  return [(mixed + 0.5) / 2 ** 32, { word }];
}

/** A number of the standard normal distribution (Box and Muller) and the generator after it. */
export function nextNormal(state: RandomState): readonly [number, RandomState] {
  const [radius, second] = nextUniform(state);
  const [angle, after] = nextUniform(second);
  return [Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * angle), after];
}
