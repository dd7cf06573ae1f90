import type { z } from 'zod';

/** An answer that is not the wished one, in the form of RFC 9457, naming what to change. */
export interface Problem {
  readonly type: `urn:bcmed:problem:${string}`;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** One per field that is wrong: where it is (RFC 6901) and what it takes. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

export function problem(status: number, kind: string, title: string, detail: string): Problem {
  return { type: `urn:bcmed:problem:${kind}`, title, status, detail };
}

/** What a schema found wrong with a body. */
export function invalid(error: z.ZodError): Problem {
  const errors = error.issues.map((issue) => ({
    pointer: ['', ...issue.path.map(String)].join('/'),
    detail: issue.message,
  }));
  const fields = errors.map(({ pointer, detail }) => `${pointer || 'the body'}: ${detail}`).join('; ');
  return { ...problem(422, 'invalid-request', 'The request does not fit.', fields), errors };
}
