/** The one member of a request that paging needs. */
export interface RequestLine {
  readonly originalUrl: string;
}

/** The same address with `after` set to the last key of this page; null when there is no further page yet. */
export function nextPage({ originalUrl }: RequestLine, last: bigint | undefined): string | null {
  if (last === undefined) return null;
  const url = new URL(originalUrl, 'http://localhost');
  url.searchParams.set('after', last.toString());
  return `${url.pathname}${url.search}`;
}
