import { asena } from '@bcmed/pump-protocols';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a scripted pump does with one request: bytes to send, now or later; undefined is silence. */
export type Reply = { readonly text: string; readonly afterMs?: number } | undefined;
export type Script = (request: asena.AsenaFrame, usual: string) => Reply;

export interface Shown {
  serial: string;
  mode: 'SET' | 'HLD';
  rate: number;
  setRate: number;
  volume: number;
  pressure: number;
  alarm: string;
  vtbi: string[];
  syringe: string[];
  logEntryId: number;
}

/** A pump behind a TCP port whose every answer a test may spoil; without a script it answers as a real one does. */
export class ScriptedPump {
  readonly shown: Shown = {
    serial: '8002-51740',
    mode: 'HLD',
    rate: 0,
    setRate: 3.5,
    volume: 0,
    pressure: 17.91,
    alarm: 'AL_NOALM',
    vtbi: ['DEACT', '', '', ''],
    syringe: ['BD PLASTIPAK', ' 50', 'CONF'],
    logEntryId: 100,
  };
  script: Script = (_, usual) => ({ text: usual });
  readonly requests: string[] = [];
  /** Frames that acted on the pump, in order. */
  readonly acted: string[] = [];
  remoteControl = false;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  port = 0;

  static async open(serial = '8002-51740'): Promise<ScriptedPump> {
    const pump = new ScriptedPump();
    pump.shown.serial = serial;
    await pump.plug();
    return pump;
  }

  /** Listens, always on the same port. */
  async plug(): Promise<void> {
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    // A listening TCP server has an address and a port.
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async unplug(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** Sends bytes that nobody asked for. */
  say(text: string): void {
    for (const socket of this.#sockets) socket.write(Buffer.from(text, 'latin1'));
  }

  #serve(socket: Socket): void {
    const parser = new asena.AsenaParser();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const finding of parser.push(bytes))
        if (finding.kind === 'frame') this.#answer(socket, finding.frame);
    });
  }

  #answer(socket: Socket, request: asena.AsenaFrame): void {
    this.requests.push(request.command);
    const usual = this.#usual(request);
    const reply = this.script(request, usual ? `${asena.frameText(usual)}\r` : '');
    if (!reply || reply.text === '') return;
    const send = (): void => {
      if (socket.writable) socket.write(Buffer.from(reply.text, 'latin1'));
    };
    if (reply.afterMs === undefined) send();
    else setTimeout(send, reply.afterMs);
  }

  /** What a real pump answers; nothing to what it refuses. */
  #usual(request: asena.AsenaFrame): asena.AsenaFrame | undefined {
    const { command, fields } = request;
    if (command === 'REMOTE_CTRL') {
      const [state = '', key] = fields;
      if (state === 'ENABLED' && key !== asena.securityCode(this.shown.serial)) return undefined;
      this.remoteControl = state === 'ENABLED';
      return { command, fields: [state, '****', 'PERMIT', '0', 'ms'] };
    }
    const acts = command === 'INF_START' || command === 'INF_STOP' || fields.length > 0;
    if (acts && command !== 'REMQUERY') {
      if (!this.remoteControl) return undefined;
      this.acted.push(asena.frameText(request));
      this.#act(request);
    }
    return { command, fields: this.#fields(command) };
  }

  #act({ command, fields }: asena.AsenaFrame): void {
    const { shown } = this;
    shown.logEntryId += 1;
    if (command === 'INF_START' || command === 'INF_STOP')
      shown.mode = command === 'INF_START' ? 'SET' : 'HLD';
    if (command === 'INF_RATE') shown.setRate = Number(fields[0]);
    if (command === 'INF_VTBI') shown.vtbi = [...fields];
    shown.rate = shown.mode === 'SET' ? shown.setRate : 0;
  }

  #fields(command: string): string[] {
    const { serial, alarm, mode, rate, setRate, volume, pressure, vtbi, syringe, logEntryId } = this.shown;
    switch (command) {
      case 'INST_SERIALNO':
        return [serial];
      case 'COMMS_PROTOCOL':
        return ['Asena Rev 2.1.5'];
      case 'COMMS_RESPONSE_MAX':
        return ['4000', 'ms'];
      case 'SYRINGE_STATUS':
        return syringe;
      case 'INF_START':
      case 'INF_STOP':
        return [];
      case 'INF_RATE':
        return [setRate.toFixed(2), 'ml/h'];
      case 'INF_RATE_MAX_SYRINGE':
        return ['1200.00', 'ml/h'];
      case 'INF_VI':
        return [volume.toFixed(3), 'ml'];
      case 'INF_VTBI':
        return vtbi;
      case 'REMQUERY':
        return ['DEACT', '', '', '', ''];
      case 'ALARM':
        return [alarm, alarm === 'AL_OCCLU' ? 'OCCLUSION' : ' ', ' '];
      default: {
        const flag = alarm === 'AL_NOALM' ? '-' : 'A';
        const numbers = [rate.toFixed(2), 'ml/h', '', volume.toFixed(3), 'ml', pressure.toFixed(2), 'mmHg'];
        return [serial, flag, mode, ...numbers, '24+', 'EVENT', String(logEntryId)];
      }
    }
  }
}
