import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { asena } from '@bcmed/pump-protocols';
import { SerialPort } from 'serialport';
import type { LineAddress } from '../src/adapters/pump-line.js';

/** The driver's end of a line, as little as a test needs. */
export interface Driver {
  ask(frame: asena.AsenaFrame, withinMs?: number): Promise<asena.AsenaFrame>;
  readonly findings: readonly asena.AsenaFinding[];
  /** Settles when the line broke, also when nothing but a write can find out. */
  broken(): Promise<void>;
  close(): Promise<void>;
}

interface Wire {
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** Opens the driver's end: serialport for a pseudo-terminal, a socket for TCP. */
export async function drive(address: LineAddress): Promise<Driver> {
  const wire = address.kind === 'pty' ? await openPort(address.path) : await openSocket(address);
  const parser = new asena.AsenaParser();
  const findings: asena.AsenaFinding[] = [];
  const waiting: ((frame: asena.AsenaFrame) => void)[] = [];
  wire.onData((bytes) => {
    for (const finding of parser.push(bytes)) {
      findings.push(finding);
      if (finding.kind === 'frame') waiting.shift()?.(finding.frame);
    }
  });
  return {
    findings,
    ask: (frame, withinMs = 2000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no answer to ${frame.command}`)), withinMs);
        waiting.push((reply) => {
          clearTimeout(timer);
          resolve(reply);
        });
        wire.write(asena.encode(frame));
      }),
    broken: async () => {
      const poke = setInterval(() => wire.write(asena.encode(asena.requests.status())), 50);
      await wire.closed;
      clearInterval(poke);
    },
    close: () => wire.close(),
  };
}

async function openPort(path: string): Promise<Wire> {
  const { baudRate, dataBits, parity, stopBits } = asena.LINE_SETTINGS;
  const port = new SerialPort({ path, baudRate, dataBits, parity, stopBits, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  port.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void port.once('close', resolve));
  return {
    closed,
    write: (bytes) => {
      if (port.isOpen) port.write(Buffer.from(bytes));
    },
    onData: (listener) => void port.on('data', listener),
    close: async () => {
      if (!port.isOpen) return;
      port.close();
      await closed;
    },
  };
}

async function openSocket({ host, port }: { host: string; port: number }): Promise<Wire> {
  const socket: Socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  return {
    closed,
    write: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    onData: (listener) => void socket.on('data', listener),
    close: async () => {
      socket.end();
      await closed;
    },
  };
}
