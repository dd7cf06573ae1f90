export interface ExportOptions {
  readonly data: string;
  readonly json: boolean;
}

export function exportLog(dir: string, options: ExportOptions): Promise<void> {
  throw new Error(`export ${dir} ${options.data}`);
}
