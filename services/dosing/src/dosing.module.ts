import { busCredentials, EventLog, EventLogModule, JetStreamServer } from '@bcmed/event-log';
import { HealthModule, HealthRegistry } from '@bcmed/service-kit';
import { PassVerifier, type ServiceIdentity } from '@bcmed/site-trust';
import { loggerModule } from '@bcmed/telemetry';
import { Module, type DynamicModule } from '@nestjs/common';
import { DosingStore } from './adapters/dosing-store.js';
import { LibraryShelf } from './adapters/library-shelf.js';
import { LibrariesController } from './commands/libraries.controller.js';
import { LibraryController } from './commands/library.controller.js';
import { LibraryDesk } from './commands/library-desk.js';
import { OrderCheck } from './commands/order-check.js';
import { OrderDesk } from './commands/order-desk.js';
import { OrderSteps } from './commands/order-steps.js';
import { OrdersController } from './commands/orders.controller.js';
import { StopDesk } from './commands/stop-desk.js';
import { StopsController } from './commands/stops.controller.js';
import type { DosingConfig } from './config.js';
import { Dosing } from './dosing.js';
import { dosingIdentity, dosingParts, type DosingParts } from './dosing-parts.js';
import { OnSiteEvent, SITE_DURABLE } from './reactions/on-site-event.controller.js';
import { SiteInbox } from './reactions/site-inbox.js';
import { InfusionsController } from './views/infusions.controller.js';
import { PumpsController } from './views/pumps.controller.js';
import { Ward } from './views/ward.js';

const IDENTITY = Symbol('key of dosing');
const PARTS = Symbol('parts of dosing');

/** The only wiring of dosing. */
@Module({})
export class DosingModule {
  static with(config: DosingConfig): DynamicModule {
    const { BCMED_SITE: site, BCMED_INSTANCE: instance, NATS_URL: servers } = config;
    const caughtUp = Promise.withResolvers<bigint>();
    const part = <Name extends keyof DosingParts>(name: Name) => ({
      inject: [PARTS],
      useFactory: (parts: DosingParts) => parts[name],
    });
    return {
      module: DosingModule,
      imports: [
        HealthModule,
        loggerModule({ service: 'dosing', level: config.LOG_LEVEL }),
        EventLogModule.register({
          servers,
          name: `dosing/${instance}`,
          site,
          credentials: busCredentials('dosing', config.NATS_SEED_FILE),
          resumeAfter: { [SITE_DURABLE]: () => caughtUp.promise },
        }),
      ],
      controllers: [
        OnSiteEvent,
        OrdersController,
        StopsController,
        LibraryController,
        LibrariesController,
        InfusionsController,
        PumpsController,
      ],
      providers: [
        { provide: IDENTITY, useFactory: () => dosingIdentity(config) },
        {
          provide: PARTS,
          inject: [IDENTITY, EventLog],
          useFactory: (identity: ServiceIdentity, log: EventLog) => dosingParts(config, identity, log),
        },
        { provide: DosingStore, ...part('store') },
        { provide: SiteInbox, ...part('inbox') },
        { provide: OrderDesk, ...part('orders') },
        { provide: OrderSteps, ...part('steps') },
        { provide: OrderCheck, ...part('checks') },
        { provide: StopDesk, ...part('stops') },
        { provide: LibraryShelf, ...part('shelf') },
        { provide: LibraryDesk, ...part('libraries') },
        { provide: PassVerifier, ...part('passes') },
        { provide: Ward, ...part('ward') },
        {
          provide: Dosing,
          inject: [PARTS, EventLog, JetStreamServer, HealthRegistry],
          useFactory: (parts: DosingParts, log: EventLog, server: JetStreamServer, health: HealthRegistry) =>
            new Dosing({ site, parts, log, server, health, onCaughtUp: caughtUp.resolve }),
        },
      ],
    };
  }
}
