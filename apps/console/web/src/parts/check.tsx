import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { checkOrder } from '../adapters/orders.ts';
import { Problem } from '../adapters/api.ts';
import { readCheck, type CheckWords } from '../domain/order-check.ts';
import type { OrderWish } from '../domain/order-wish.ts';
import { Notice } from './basic.tsx';

const PAUSE_MS = 250;

export interface Check {
  readonly asked: boolean;
  readonly words: CheckWords | undefined;
  readonly problem: Problem | undefined;
  /** Whether dosing said that it would refuse the order whoever signs it. */
  readonly refused: boolean;
}

/** Asks dosing what would become of an order, when nobody has typed for a moment. Nothing is said or done by it. */
export function useCheck(wish: OrderWish | undefined): Check {
  const key = wish === undefined ? undefined : JSON.stringify(wish);
  const [settled, setSettled] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const asked = useQuery({
    queryKey: ['check', settled],
    queryFn: async ({ signal }) =>
      readCheck(await checkOrder(JSON.parse(settled ?? '') as OrderWish, signal)),
    enabled: settled !== undefined && settled === key,
    retry: false,
    staleTime: 2_000,
    gcTime: 10_000,
  });
  const current = settled === key && key !== undefined;
  const problem = current && asked.error instanceof Problem ? asked.error : undefined;
  const words = current ? asked.data : undefined;
  return { asked: asked.isFetching, words, problem, refused: words?.verdict === 'refused' };
}

/** What the dosing service says would happen. */
export function CheckNotice({ check }: { readonly check: Check }): ReactElement | null {
  const { words, problem } = check;
  if (problem !== undefined && problem.status !== 404) {
    return (
      <Notice
        tone="warn"
        title={problem.status === 403 ? 'You may not order this' : 'It could not be checked beforehand'}
      >
        <p>{problem.words}</p>
      </Notice>
    );
  }
  if (words === undefined) return null;
  return (
    <Notice tone={words.verdict === 'refused' ? 'warn' : 'info'} title={words.title}>
      {words.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Notice>
  );
}
