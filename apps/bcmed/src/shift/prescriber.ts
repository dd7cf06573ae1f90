import { randomBytes } from 'node:crypto';
import {
  CommandAuthorised,
  CommandExecuted,
  CommandFailed,
  isEvent,
  type PersonSignature,
  type PumpOrder,
  type SignedText,
  type StreamEvent,
} from '@bcmed/events';
import { z } from 'zod';
import { StackError } from '../errors.js';
import type { Stack } from '../stack/stack.js';
import { ask } from './ask.js';
import type { Witness } from './witness.js';

const UNIT = 'icu-1';

const libraryAnswer = z.object({ hash: z.string() });
const orderAnswer = z.object({ orderId: z.string(), state: z.string(), commandId: z.string().optional() });
const pumpAnswer = z.object({ bed: z.object({ patient: z.string() }) });

export type OrderAnswer = z.infer<typeof orderAnswer>;

/** Writes orders as a console would, gives them to the dosing service, and waits for what the pump did. */
export class Prescriber {
  private constructor(
    private readonly stack: Stack,
    private readonly witness: Witness,
    private readonly libraryHash: string,
  ) {}

  static async begin(stack: Stack, witness: Witness): Promise<Prescriber> {
    const { hash } = await ask(libraryAnswer, `${stack.service('dosing').url}/library`);
    return new Prescriber(stack, witness, hash);
  }

  /** The text that people sign, for the patient who hangs on this pump now. */
  async text(pump: string, order: Pick<PumpOrder, 'action'> & Partial<PumpOrder>): Promise<string> {
    const { bed } = await ask(pumpAnswer, `${this.stack.service('dosing').url}/pumps/${pump}`);
    const now = Date.now();
    return JSON.stringify({
      kind: 'pump-order',
      site: this.stack.site.site,
      pump,
      unit: UNIT,
      ...(order.action !== 'stop' && {
        patient: bed.patient,
        careArea: 'adult-icu',
        libraryHash: this.libraryHash,
      }),
      ...order,
      nonce: randomBytes(16).toString('base64url'),
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + 120_000).toISOString(),
    });
  }

  async place(order: SignedText): Promise<OrderAnswer> {
    return ask(orderAnswer, `${this.stack.service('dosing').url}/orders`, { order });
  }

  /** Further signatures over the text of an order that waits. */
  async add(orderId: string, signatures: readonly PersonSignature[]): Promise<OrderAnswer> {
    return ask(orderAnswer, `${this.stack.service('dosing').url}/orders/${orderId}/signatures`, {
      signatures,
    });
  }

  /** What the pump did. Throws StackError when it did anything but what was ordered. */
  async executed(step: string, commandId: string | undefined) {
    if (commandId === undefined) throw new StackError(`${step}: was not authorised`);
    const what = `what became of the command (${step})`;
    const event = await this.witness.saw(what, (one) => answers(one, commandId));
    if (isEvent(event, CommandExecuted)) return event.data;
    throw new StackError(`${step}: ${event.type} ${JSON.stringify(event.data)}`);
  }
}

function answers(event: StreamEvent, commandId: string): boolean {
  if (isEvent(event, CommandAuthorised)) return false;
  const data = event.data as { readonly commandId?: unknown };
  const isAnswer = isEvent(event, CommandExecuted) || isEvent(event, CommandFailed);
  return data.commandId === commandId && (isAnswer || event.type === 'bcmed.pump.command-outcome-unknown');
}
