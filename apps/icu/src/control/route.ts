import type { z } from 'zod';
import { invalid, type Problem } from './problem.js';

/** An answer before it is written: a status with a JSON body, or a problem. */
export type Reply = { readonly status: number; readonly body: unknown } | Problem;

/** One way in. The body is what the caller sent, parsed as JSON; an empty one is `{}`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** A colon begins a part that varies. */
  readonly path: string;
  readonly says: string;
  handle(parameter: string, body: unknown): Reply | Promise<Reply>;
}

export const ok = (body: unknown): Reply => ({ status: 200, body });

/** Hands on what the schema made of a body, or answers what is wrong with it. */
export function checked<T>(schema: z.ZodType<T>, body: unknown, use: (value: T) => Reply): Reply {
  const parsed = schema.safeParse(body);
  return parsed.success ? use(parsed.data) : invalid(parsed.error);
}
