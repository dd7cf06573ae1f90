import type { Bed, Floor } from '../domain/bedside/floor.js';
import type { Ward } from '../ward.js';
import { checked, ok, type Reply, type Route } from './route.js';
import { problem } from './problem.js';
import { bedActionSchema } from './schemas.js';

/** All ways to look at beds and the patients in them. On a ward of pumps alone there are no beds. */
export function bedRoutes(ward: Ward, floor: Floor | undefined): readonly Route[] {
  const onBed = (
    method: Route['method'],
    path: string,
    says: string,
    handle: (bed: Bed, floor: Floor, body: unknown) => Reply,
  ): Route => ({
    method,
    path: `/beds/:bed${path}`,
    says,
    handle: (name, body) => {
      const bed = floor?.bed(name);
      if (floor !== undefined && bed !== undefined) return handle(bed, floor, body);
      const known = floor?.beds.map((one) => one.name).join(', ') ?? 'none';
      return problem(404, 'unknown-bed', 'There is no such bed.', `${name} is not one of: ${known}`);
    },
  });
  return [
    {
      method: 'GET',
      path: '/beds',
      says: 'who lies where, and what the monitors show',
      handle: () => ok(floor?.beds.map((bed) => summary(bed, floor)) ?? []),
    },
    onBed('GET', '', 'a bed with its monitor, its patient and what is true of them', (bed, where) =>
      ok(details(bed, where, ward)),
    ),
    onBed('POST', '/actions', 'a fault of the monitor, or a patient who moves', (bed, where, body) =>
      checked(bedActionSchema, body, (action) => {
        const reason = ward.actAtBed(bed.name, action);
        if (reason !== null)
          return problem(409, 'refused-at-bed', 'It could not be done.', `${action.action}: ${reason}`);
        return ok(summary(where.bed(bed.name) ?? bed, where));
      }),
    ),
    {
      method: 'GET',
      path: '/faults',
      says: 'how far the fault script and the background faults are',
      handle: () => ok(ward.faults),
    },
  ];
}

function summary(bed: Bed, floor: Floor): object {
  const { name, monitor, stay } = bed;
  return {
    bed: name,
    unit: floor.unit,
    patient: stay?.plan.pseudonym ?? null,
    pumps: stay?.plan.channels.map(({ serial }) => serial) ?? [],
    vitals: floor.screen(bed),
    monitor: {
      off: monitor.off,
      frozen: monitor.frozen === null ? null : { silently: monitor.frozen.silently },
    },
  };
}

function details(bed: Bed, floor: Floor, ward: Ward): object {
  const { stay } = bed;
  if (stay === null) return { ...summary(bed, floor), stay: null };
  const { virtual, channels } = stay.plan;
  return {
    ...summary(bed, floor),
    stay: {
      person: virtual.person,
      baseline: virtual.baseline,
      lived: { virtualSeconds: stay.seconds, settledForMinutes: stay.plan.runningForMinutes },
      truth: stay.vitals,
      channels: channels.map(({ serial, syringe }) => {
        const { running, setRateMlPerHour, deliveredMl, heldBackMl } = ward.state(serial);
        return { serial, syringe, running, setRateMlPerHour, deliveredMl, heldBackMl };
      }),
    },
  };
}
