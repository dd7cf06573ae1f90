/** What the read models' machinery throws. Views can be rebuilt, so none of these loses anything. */
export abstract class ViewsError extends Error {
  abstract readonly code: `BCM-VIEWS-${string}`;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A migration could not be applied, or one that was applied has been changed since. The database is as before it. */
export class MigrationError extends ViewsError {
  readonly code = 'BCM-VIEWS-MIGRATION';
}

/** The folder of migrations is not there or a migration in it cannot be read. Nothing was changed. */
export class MigrationFolderError extends ViewsError {
  readonly code = 'BCM-VIEWS-MIGRATION-FOLDER';
}

/** A read that should have closed the hole before a batch did not reach it: the caller's stream is shorter than the batch says. */
export class CatchUpError extends ViewsError {
  readonly code = 'BCM-VIEWS-CATCH-UP';
}
