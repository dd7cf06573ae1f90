import 'reflect-metadata';
import { JetStreamServer } from '@bcmed/event-log';
import { configOrExit, serve } from '@bcmed/service-kit';
import { Logger, startTelemetry } from '@bcmed/telemetry';
import { NestFactory } from '@nestjs/core';
import { AlarmsModule } from './alarms.module.js';
import { configSchema } from './config.js';
import { STATUS_OF_CODE } from './errors.js';

const config = configOrExit(configSchema, process.env);
const telemetry = await startTelemetry({ service: 'alarms' });
const app = await NestFactory.create(AlarmsModule.with(config), {
  bufferLogs: true,
  forceCloseConnections: true,
});
app.useLogger(app.get(Logger));
app.connectMicroservice({ strategy: app.get(JetStreamServer) });
await serve(app, { config, statusOf: STATUS_OF_CODE, afterwards: () => telemetry.shutdown() });
