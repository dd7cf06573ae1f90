import type { AddressInfo } from 'node:net';
import { Logger, type INestApplication } from '@nestjs/common';
import { HealthRegistry, type HealthCheck } from './health.js';
import { removePortFile, writePortFile } from './port-file.js';
import { ProblemFilter, requestValidation } from './problem.filter.js';
import type { StatusOfCode } from './problem.js';
import { stopOnSignals } from './stop-on-signals.js';

export interface ServeSettings {
  /** The fields of the configuration that every service has; the parsed configuration fits as it is. */
  readonly config: {
    readonly HTTP_HOST: string;
    readonly HTTP_PORT: number;
    readonly BCMED_STATE_DIR: string;
  };
  readonly checks?: readonly HealthCheck[];
  readonly statusOf?: StatusOfCode;
  /** Runs last before the process ends: flush the telemetry. */
  readonly afterwards?: () => Promise<unknown>;
}

/**
 * From a created application to a running service: problem answers, checked requests, HTTP, the port file, the message
 * handlers, and an orderly end. The last lines of every `main.ts`. Returns the port.
 *
 * HTTP answers before the message handlers run, so the health page can say that they do not run yet. Throws what a
 * handler's subscription throws; the process must then end.
 */
export async function serve(app: INestApplication, settings: ServeSettings): Promise<number> {
  const { config, checks = [], statusOf = {}, afterwards } = settings;
  const health = app.get(HealthRegistry);
  app.useGlobalFilters(new ProblemFilter(statusOf));
  app.useGlobalPipes(requestValidation());
  stopOnSignals(app, {
    health,
    afterwards: async () => {
      await removePortFile(config.BCMED_STATE_DIR);
      await afterwards?.();
    },
  });
  await app.listen(config.HTTP_PORT, config.HTTP_HOST);
  const { port } = portOf(app);
  await writePortFile(config.BCMED_STATE_DIR, port);
  new Logger('Serve').log(`listening on http://${config.HTTP_HOST}:${port}`);
  await app.startAllMicroservices();
  health.add(...checks);
  return port;
}

function portOf(app: INestApplication): AddressInfo {
  // Nest types its server as any; what a listening server tells is in node:http.
  const server = app.getHttpServer() as { address(): AddressInfo };
  return server.address();
}
