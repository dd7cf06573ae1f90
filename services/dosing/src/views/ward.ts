import type { Clock } from '../adapters/clock.js';
import { Approvals } from './approvals.js';
import { Associations } from './associations.js';
import { Infusions } from './infusions.js';
import { Libraries } from './libraries.js';
import { Pumps } from './pumps.js';
import type { Table } from './table.js';
import { Targets } from './targets.js';
import { Vitals } from './vitals.js';

/** Everything that dosing knows of the ward, as of a position of the stream. */
export class Ward {
  readonly associations = new Associations();
  readonly pumps = new Pumps();
  readonly infusions = new Infusions();
  readonly approvals = new Approvals();
  readonly targets = new Targets();
  readonly libraries = new Libraries();
  readonly vitals: Vitals;

  constructor(clock: Pick<Clock, 'wallMs' | 'steadyMs'>) {
    this.vitals = new Vitals(clock);
  }

  /** What is kept in the store. Approvals are not: they are read with the people, whose signatures they hold. */
  get tables(): readonly Table<unknown>[] {
    const { associations, pumps, infusions, vitals, libraries, targets } = this;
    // A table of rows is written as JSON whatever its rows are.
    return [
      associations.table,
      pumps.table,
      infusions.table,
      vitals.table,
      libraries.table,
      libraries.actives,
      targets.table,
    ];
  }
}
