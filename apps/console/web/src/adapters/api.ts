/** The gateway's API: JSON in, JSON out, every refusal as a {@link Problem}. Same origin only; the cookie goes by itself. */

/** What went wrong, in the words of RFC 9457. `status` 0: nobody answered. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    readonly detail: string,
    /** Everything else that the answer said, for example `reason` and `words` of a refused order. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(title);
  }

  /** Words for a person: what the service said, else what is known. */
  get words(): string {
    const { words } = this.more;
    if (typeof words === 'string') return words;
    return this.detail === '' ? this.message : this.detail;
  }

  /** The fields that were wrong, with the remedy of each. */
  get fields(): readonly { readonly field: string; readonly fix: string }[] {
    const { errors } = this.more;
    return Array.isArray(errors) ? (errors as { field: string; fix: string }[]) : [];
  }

  get isSignedOut(): boolean {
    return this.status === 401;
  }

  /** Whether it may have happened all the same. */
  get isUnknown(): boolean {
    return this.status === 504 || this.status === 0;
  }
}

type Method = 'GET' | 'POST' | 'DELETE';

/** Asks the gateway. `T` is what the README of the service promises; it comes from our own origin. */
export async function ask<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? { accept: JSON_TYPE } : { accept: JSON_TYPE, 'content-type': JSON_TYPE },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Problem(
      0,
      'offline',
      'The console does not reach its server',
      'Check the network, then try again.',
    );
  }
  const text = await response.text();
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  throw problemOf(response.status, text);
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => ask('GET', path, undefined, signal);
export const post = <T>(path: string, body: unknown = {}): Promise<T> => ask('POST', path, body);

const JSON_TYPE = 'application/json';

function problemOf(status: number, text: string): Problem {
  try {
    const { type = '', title = '', detail = '', ...more } = JSON.parse(text) as Record<string, unknown>;
    const code = String(type).replace(/^urn:bcmed:error:/, '');
    return new Problem(status, code, String(title), String(detail), more);
  } catch {
    return new Problem(status, '', `The server answered ${status}`, '');
  }
}
