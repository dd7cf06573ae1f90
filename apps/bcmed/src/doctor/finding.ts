/** One thing that the doctor looked at. `bad` needs a person, `absent` is only said. */
export interface Finding {
  readonly what: string;
  readonly state: 'good' | 'absent' | 'bad';
  readonly detail: string;
  /** Where it listens on this machine, or will at the next start. */
  readonly port?: number;
  readonly version?: string;
}
