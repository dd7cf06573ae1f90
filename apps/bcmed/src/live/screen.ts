/** Draws lines over the ones drawn before, without flicker; puts the cursor back when it ends. */
export class Screen {
  #height = 0;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  draw(lines: readonly string[]): void {
    const width = this.stream.columns || 120;
    const up = this.#height > 0 ? `\u001b[${this.#height}A` : '';
    const text = lines.map((line) => `\u001b[2K${line.slice(0, width - 1)}\n`).join('');
    const rest = this.#height > lines.length ? '\u001b[J' : '';
    this.stream.write(`\r${up}${text}${rest}`);
    this.#height = lines.length;
  }
}
