/** Every code of this library; `docs/errors.md` explains each. */
export type PumpProtocolErrorCode =
  'BCM-PUMP-PROTOCOL-UNWRITABLE-FRAME' | 'BCM-PUMP-PROTOCOL-UNWRITABLE-VALUE';

/**
 * A caller asked for bytes that the wire format cannot carry. Only encoders throw; whatever comes from a line, however
 * broken, is reported as a value and never as an exception.
 */
export abstract class PumpProtocolError extends Error {
  abstract readonly code: PumpProtocolErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A command or field holds a character that would end, split or restart the frame, or the frame is too long. */
export class UnwritableFrameError extends PumpProtocolError {
  readonly code = 'BCM-PUMP-PROTOCOL-UNWRITABLE-FRAME';
}

/** A rate or volume that the wire format would have to round, or that is no quantity at all. */
export class UnwritableValueError extends PumpProtocolError {
  readonly code = 'BCM-PUMP-PROTOCOL-UNWRITABLE-VALUE';
}
