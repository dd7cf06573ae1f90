/** Where a driver reaches a pump. */
export type LineAddress =
  | { readonly kind: 'pty'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Bytes that nobody fetches are lost beyond this, as on a serial line without flow control. */
export const MAX_UNSENT_BYTES = 8192;

/**
 * The cable between a pump and whoever drives it. Promises: the address stays the same from `open` to `close`, over any
 * number of unplugs; a driver may come, go and come back; bytes written while nobody is there, or while unplugged, are
 * lost and never an error.
 */
export abstract class PumpLine {
  /** Called with what the driver sends. Set it before `open`. */
  onBytes: (bytes: Uint8Array) => void = () => undefined;

  abstract readonly address: LineAddress;
  abstract readonly plugged: boolean;

  /** @throws LineUnavailableError */
  abstract open(): Promise<void>;

  abstract write(bytes: Uint8Array): void;

  /** Pulls the plug: the driver's open port or socket breaks. Does nothing when pulled already. */
  abstract unplug(): Promise<void>;

  /** Puts the plug back in, at the same address. Does nothing when plugged. @throws LineUnavailableError */
  abstract replug(): Promise<void>;

  /** Unplugs for good and leaves nothing behind. */
  abstract close(): Promise<void>;
}
