import { JetStreamServer } from '@bcmed/event-log';
import { HealthModule, HealthRegistry } from '@bcmed/service-kit';
import { loggerModule } from '@bcmed/telemetry';
import { Module, type DynamicModule, type FactoryProvider, type Type } from '@nestjs/common';
import { Access } from './access.js';
import { accessParts, type AccessParts } from './access-parts.js';
import { AccessRecord } from './adapters/access-record.js';
import { ApprovalsController } from './commands/approvals.controller.js';
import { ApprovalsDesk } from './commands/approvals-desk.js';
import { DemonstrationController } from './commands/demonstration.controller.js';
import { Demonstration } from './commands/demonstration.js';
import { EmergenciesController } from './commands/emergencies.controller.js';
import { EmergencyDesk } from './commands/emergency-desk.js';
import { EnrolmentsController } from './commands/enrolments.controller.js';
import { Enrolment } from './commands/enrolment.js';
import { Limiter } from './commands/limiter.js';
import { OrdersController } from './commands/orders.controller.js';
import { OrderTexts } from './commands/order-texts.js';
import { PassesController } from './commands/passes.controller.js';
import { Passes } from './commands/passes.js';
import { PeopleController } from './commands/people.controller.js';
import { PeopleDesk } from './commands/people-desk.js';
import { SessionsController } from './commands/sessions.controller.js';
import { Sessions } from './commands/sessions.js';
import { Web } from './commands/web.js';
import type { AccessConfig } from './config.js';
import { onLimitOverridden, overrideDurable } from './reactions/on-limit-overridden.controller.js';
import { onSiteEvent, siteDurable } from './reactions/on-site-event.controller.js';
import { PagesController } from './views/pages.controller.js';

/** The only wiring of the access service; what is made of what stands in `access-parts.ts`. */
@Module({})
export class AccessModule {
  static with(config: AccessConfig): DynamicModule {
    return {
      module: AccessModule,
      imports: [HealthModule, loggerModule({ service: 'access', level: config.LOG_LEVEL })],
      controllers: [
        onSiteEvent(siteDurable(config.BCMED_INSTANCE)),
        onLimitOverridden(overrideDurable(config.BCMED_INSTANCE)),
        PagesController,
        EnrolmentsController,
        SessionsController,
        PassesController,
        PeopleController,
        OrdersController,
        ApprovalsController,
        EmergenciesController,
        DemonstrationController,
      ],
      providers: [
        {
          provide: Access,
          inject: [HealthRegistry],
          useFactory: async (health: HealthRegistry) =>
            new Access(await accessParts(config), health, config.READS_RECORDED_SECONDS * 1_000),
        },
        {
          provide: JetStreamServer,
          inject: [Access],
          useFactory: (access: Access) => serverOf(config, access),
        },
        part(AccessRecord, 'trust'),
        part(Sessions, 'sessions'),
        part(Passes, 'passes'),
        part(Enrolment, 'enrolment'),
        part(PeopleDesk, 'people'),
        part(OrderTexts, 'orders'),
        part(ApprovalsDesk, 'approvals'),
        part(EmergencyDesk, 'emergencies'),
        part(Demonstration, 'demonstration'),
        part(Limiter, 'limiter'),
        part(Web, 'web'),
      ],
    };
  }
}

function part(provide: Type, name: keyof AccessParts): FactoryProvider {
  return { provide, inject: [Access], useFactory: ({ parts }: Access) => parts[name] };
}

function serverOf(
  { BCMED_SITE: site, BCMED_INSTANCE: instance }: AccessConfig,
  access: Access,
): JetStreamServer {
  const { log, trust } = access.parts;
  const server = new JetStreamServer({
    connection: log.connection,
    site,
    resumeAfter: { [siteDurable(instance)]: () => trust.load(log) },
  });
  access.watch(server);
  return server;
}
