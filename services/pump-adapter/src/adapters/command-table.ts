import type { SafetyDatabase } from '@bcmed/safety-store';
import { toCommand, type Row, type StoredCommand } from './safety-store-rows.js';

/** The table of commands. Writes demand that the caller has opened a transaction. */
export class CommandTable {
  constructor(private readonly database: SafetyDatabase) {}

  /** Commands that are not answered yet, in the order of the stream. */
  open(): StoredCommand[] {
    return this.database.all("SELECT * FROM command WHERE state <> 'done' ORDER BY position").map(toCommand);
  }

  /** The command that brought this nonce. */
  using(nonce: string): StoredCommand | undefined {
    return this.#one(this.database.get('SELECT * FROM command WHERE nonce = ?', nonce));
  }

  /** Whether a stop of this pump came after a position. */
  isStoppedAfter(entity: string, position: bigint): boolean {
    return this.database
      .all('SELECT * FROM command WHERE entity = ? AND position > ?', entity, position)
      .some((row) => toCommand(row).order?.action === 'stop');
  }

  withId(commandId: string): StoredCommand | undefined {
    return this.#one(this.database.get('SELECT * FROM command WHERE commandId = ?', commandId));
  }

  #one(row: Row | undefined): StoredCommand | undefined {
    return row === undefined ? undefined : toCommand(row);
  }

  /** A new command, or how far a known one has come. What is done stays done. */
  write({ commandId, position, entity, nonce, state, expiresMs, person, ...rest }: StoredCommand): void {
    this.database.run(
      `INSERT INTO command (commandId, position, entity, nonce, state, expiresMs, person, json) VALUES (?,?,?,?,?,?,?,?)
       ON CONFLICT (commandId) DO UPDATE SET state = excluded.state, json = excluded.json WHERE command.state <> 'done'`,
      commandId,
      position,
      entity,
      nonce,
      state,
      expiresMs,
      person,
      JSON.stringify(rest),
    );
  }

  forget(expiredBeforeMs: number): void {
    this.database.run("DELETE FROM command WHERE state = 'done' AND expiresMs < ?", expiredBeforeMs);
  }
}
