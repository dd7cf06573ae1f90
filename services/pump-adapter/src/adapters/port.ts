import { asena } from '@bcmed/pump-protocols';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { SerialPort } from 'serialport';
import { PortOpenError } from '../errors.js';
import type { LineAddress } from './line-address.js';

/** An open way to a pump: bytes in, bytes out, and one end. */
export interface BytePort {
  /** Hands bytes to the operating system; what becomes of them shows in the answers. */
  write(bytes: Uint8Array): void;
  /** Whether the thing behind the port is still there, as far as the operating system can tell. */
  isPresent(): Promise<boolean>;
  close(): void;
}

export interface PortListener {
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Called once, when the port is gone: unplugged, hung up, closed. */
  readonly onClosed: (why: string) => void;
}

const CONNECT_MS = 2_000;

/** Opens the port of a line. Throws PortOpenError; nothing is left open then. */
export async function openPort(address: LineAddress, listener: PortListener): Promise<BytePort> {
  try {
    return address.transport === 'serial'
      ? await openSerial(address.path, listener)
      : await openTcp(address, listener);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PortOpenError(`${address.name} cannot be opened: ${why}`, { cause });
  }
}

async function openSerial(path: string, listener: PortListener): Promise<BytePort> {
  const { baudRate, dataBits, parity, stopBits, rtscts, xon } = asena.LINE_SETTINGS;
  const settings = { path, baudRate, dataBits, parity, stopBits, rtscts, xon, xoff: xon, autoOpen: false };
  const port = new SerialPort(settings);
  const closed = onceOnly(listener.onClosed);
  port.on('data', (bytes: Buffer) => listener.onBytes(bytes));
  port.on('error', (error) => {
    closed(error.message);
    if (port.isOpen) port.close(() => undefined);
  });
  port.on('close', (error: Error | null) => closed(error?.message ?? 'closed'));
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  const opened = await identityOf(path);
  port.flush(() => undefined);
  return {
    write: (bytes) => void port.write(bytes),
    // An adapter that was pulled and put back may come as another device under the same name, without any hang-up.
    isPresent: async () => port.isOpen && (await identityOf(path).catch(() => undefined)) === opened,
    close: () => {
      closed('closed by us');
      if (port.isOpen) port.close(() => undefined);
    },
  };
}

/** Device and file numbers of what a path leads to. */
async function identityOf(path: string): Promise<string> {
  const { dev, ino, rdev } = await stat(path, { bigint: true });
  return `${dev}/${ino}/${rdev}`;
}

async function openTcp(
  { host, port }: Extract<LineAddress, { transport: 'tcp' }>,
  listener: PortListener,
): Promise<BytePort> {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 5_000 });
  const closed = onceOnly(listener.onClosed);
  socket.on('data', (bytes: Buffer) => listener.onBytes(bytes));
  socket.on('error', (error) => closed(error.message));
  socket.on('close', () => closed('closed by the other side'));
  socket.on('end', () => socket.destroy());
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
  } catch (cause) {
    socket.destroy();
    throw cause;
  }
  return {
    write: (bytes) => void socket.write(bytes),
    isPresent: () => Promise.resolve(!socket.destroyed),
    close: () => {
      closed('closed by us');
      socket.destroy();
    },
  };
}

function onceOnly(tell: (why: string) => void): (why: string) => void {
  let told = false;
  return (why) => {
    if (told) return;
    told = true;
    tell(why);
  };
}
