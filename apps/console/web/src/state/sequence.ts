import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { askForApproval, placeOrder, type PlacedOrder } from '../adapters/orders.ts';
import { stopPump } from '../adapters/stop.ts';
import type { OrderWish } from '../domain/order-wish.ts';
import type { PumpView, Ward } from '../domain/live.ts';
import { useWard } from './live.ts';
import { useMe } from './session.ts';
import { useSite } from './site.ts';

/** One thing that is signed: an order, or a stop. */
export type Step =
  | {
      readonly kind: 'order';
      readonly words: string;
      readonly wish: OrderWish;
      readonly goodForSeconds: number;
    }
  | { readonly kind: 'stop'; readonly words: string; readonly pump: PumpView };

/** What came of a step so far. */
export interface Done {
  readonly commandId?: string;
  readonly placed?: PlacedOrder;
  readonly approvalId?: string;
}

export interface Sequence {
  readonly done: readonly Done[];
  /** `asking`: the passkey is asked or the service decides; `waiting`: the pump is told, or other people sign; `over`: all is read back. */
  readonly phase: 'ready' | 'asking' | 'waiting' | 'halted' | 'over';
  readonly error: Error | null;
  readonly sign: () => void;
}

/**
 * Carries steps out one after the other, each signed by itself: the next one is offered only after the pump was read back as the one
 * before said. Anything else halts it.
 */
export function useSequence(steps: readonly Step[]): Sequence {
  const site = useSite().data;
  const me = useMe();
  const [done, setDone] = useState<readonly Done[]>([]);
  const last = done.at(-1);
  const commandOf = (ward: Ward) =>
    last?.commandId === undefined ? undefined : ward.commands.get(last.commandId);
  const command = useWard(commandOf);
  const infusion = useWard((ward) =>
    last?.placed === undefined ? undefined : ward.infusions.get(last.placed.infusionId),
  );
  const signing = useMutation({
    mutationFn: async (): Promise<Done> => {
      const step = steps[done.length];
      if (step === undefined || site === undefined || me === undefined) throw new Error('Sign in again.');
      if (step.kind === 'stop') return { commandId: (await stopPump(site, step.pump)).stopId };
      const placed = await placeOrder(step.wish, site.site, me.person, step.goodForSeconds);
      if (placed.state === 'authorised')
        return { ...(placed.commandId === undefined ? {} : { commandId: placed.commandId }), placed };
      return { placed, approvalId: await askForApproval(placed, step.wish.unit) };
    },
    onSuccess: (one) => setDone((before) => [...before, one]),
  });
  // An order that waited for others is authorised by what they signed: its command then has the id that the infusion names.
  const waitedFor =
    last?.commandId === undefined && infusion?.authorised?.orderId === last?.placed?.orderId
      ? infusion?.authorised?.commandId
      : undefined;
  useEffect(() => {
    if (waitedFor === undefined) return;
    setDone((before) =>
      before.map((one, index) => (index === before.length - 1 ? { ...one, commandId: waitedFor } : one)),
    );
  }, [waitedFor]);

  const carriedOut = last === undefined || command?.state === 'executed';
  const failed = command?.state === 'failed' || command?.state === 'unknown';
  const more = done.length < steps.length;
  const { mutate, isPending, error } = signing;
  const sign = (): void => mutate();
  // The next signature is asked for as soon as the pump said what it should; a person who says no finds the button.
  const offered = useRef(0);
  const next = done.length > 0 && more && carriedOut && !isPending && error === null;
  useEffect(() => {
    if (!next || offered.current === done.length) return;
    offered.current = done.length;
    mutate();
  }, [next, done.length, mutate]);

  const phase = isPending
    ? 'asking'
    : failed
      ? 'halted'
      : error !== null || (last === undefined && more)
        ? 'ready'
        : !carriedOut
          ? 'waiting'
          : more
            ? 'ready'
            : 'over';
  return { done, phase, error, sign };
}
