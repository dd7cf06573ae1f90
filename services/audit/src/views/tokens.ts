/** Injection tokens of the two projectors, which are of one class. */
export const EVENTS_PROJECTOR = Symbol('projector of the events');
export const BLOCKS_PROJECTOR = Symbol('projector of the blocks');
