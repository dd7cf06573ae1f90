import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { InvalidRequestError, type FieldError } from './errors.js';

/** Body of an error answer, RFC 9457. `type` is `urn:bcmed:error:<code>`, which docs/errors.md explains, or `about:blank`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly errors?: readonly FieldError[];
}

/** Which HTTP status a coded error has; everything that is not named is 500. */
export type StatusOfCode = Readonly<Record<string, number>>;

/**
 * What a caller is told about an error. Messages of our coded errors are written to be read by others; the message of any
 * other failure stays in the log.
 */
export function problemOf(error: unknown, statusOf: StatusOfCode = {}): Problem {
  if (error instanceof InvalidRequestError) return coded(error, 400, error.errors);
  if (isSchemaError(error))
    return coded(new InvalidRequestError(fieldErrors(error.issues)), 400, fieldErrors(error.issues));
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return { type: 'about:blank', title: titleOf(status), status, detail: error.message };
  }
  if (isCoded(error)) return coded(error, statusOf[error.code] ?? 500);
  return {
    type: 'about:blank',
    title: titleOf(500),
    status: 500,
    detail: 'Unexpected; the log has the reason.',
  };
}

/** Issues of a schema (zod or any Standard Schema) as field and fix. */
export function fieldErrors(issues: readonly SchemaIssue[]): readonly FieldError[] {
  return issues.map(({ path = [], message }) => ({
    field: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    fix: message,
  }));
}

/** An issue as zod and Standard Schema tell it. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function coded(
  { code, message }: { readonly code: string; readonly message: string },
  status: number,
  errors?: readonly FieldError[],
): Problem {
  const problem = { type: `urn:bcmed:error:${code}`, title: titleOf(status), status, detail: message };
  return errors === undefined ? problem : { ...problem, errors };
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? `Status ${status}`;
}

function isCoded(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('BCM-')
  );
}

function isSchemaError(error: unknown): error is Error & { readonly issues: readonly SchemaIssue[] } {
  return (
    error instanceof Error && error.name === 'ZodError' && 'issues' in error && Array.isArray(error.issues)
  );
}
