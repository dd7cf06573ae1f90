/** Where a pump's line is. */
export type LineAddress =
  | { readonly transport: 'serial'; readonly path: string; readonly name: string }
  | { readonly transport: 'tcp'; readonly host: string; readonly port: number; readonly name: string };

/** Reads `serial:/dev/ttyUSB0` or `tcp://host:port`; undefined for anything else. `name` is what events and health show. */
export function parseLineAddress(text: string): LineAddress | undefined {
  const serial = /^serial:(\/\S{1,250})$/.exec(text)?.[1];
  if (serial !== undefined) return { transport: 'serial', path: serial, name: serial };
  const [, bracketed, plain, digits] =
    /^tcp:\/\/(?:\[([0-9a-fA-F:]+)\]|([^\s:/[\]]{1,240})):(\d{1,5})\/?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65_535)) return undefined;
  return { transport: 'tcp', host, port, name: `${bracketed === undefined ? host : `[${host}]`}:${port}` };
}
