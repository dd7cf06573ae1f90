/** How the port is to be opened: 38400 baud, 8 data bits, no parity, 1 stop bit, no flow control. */
export const LINE_SETTINGS = {
  baudRate: 38_400,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  rtscts: false,
  xon: false,
} as const;

/**
 * How long a pump that was started over serial tolerates silence before it stops the infusion and alarms (directions
 * for use). Whoever starts a pump owes it a question more often than that.
 */
export const WATCHDOG_MS = 15_000;
