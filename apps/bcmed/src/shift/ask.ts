import { z } from 'zod';
import { StackError } from '../errors.js';

/** An answer that says no: RFC 9457, with what the service adds to it. */
export const problem = z.looseObject({ type: z.string(), title: z.string(), status: z.number() });
export type Problem = z.infer<typeof problem>;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What a service answers; a body is posted. */
export async function send(url: string, body?: object, token?: string): Promise<Answer> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** What a service answers when it says yes. Throws StackError with the answer otherwise. */
export async function ask<Schema extends z.ZodType>(
  schema: Schema,
  url: string,
  body?: object,
  token?: string,
): Promise<z.infer<Schema>> {
  const answer = await send(url, body, token);
  if (answer.status >= 300)
    throw new StackError(`${url} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return schema.parse(answer.body);
}
