/** Where the adapter tells what a person should know; one object per line, its `msg` in words. Nest's logger is one. */
export interface AdapterLog {
  log(line: LogLine): void;
  warn(line: LogLine): void;
  error(line: LogLine): void;
}

export interface LogLine {
  readonly msg: string;
  readonly [detail: string]: unknown;
}
