import 'reflect-metadata';
import { JetStreamServer } from '@bcmed/event-log';
import { configOrExit, serve } from '@bcmed/service-kit';
import { Logger, startTelemetry } from '@bcmed/telemetry';
import { NestFactory } from '@nestjs/core';
import { configSchema } from './config.js';
import { ConsoleModule } from './console.module.js';
import { STATUS_OF_CODE } from './errors.js';
import { gatewayHttp } from './gateway-http.js';

const config = configOrExit(configSchema, process.env);
const telemetry = await startTelemetry({ service: 'console' });
const app = await NestFactory.create(ConsoleModule.with(config), {
  bufferLogs: true,
  bodyParser: false,
  forceCloseConnections: true,
});
app.useLogger(app.get(Logger));
gatewayHttp(app, config);
app.connectMicroservice({ strategy: app.get(JetStreamServer) });
await serve(app, { config, statusOf: STATUS_OF_CODE, afterwards: () => telemetry.shutdown() });
