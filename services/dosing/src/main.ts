import 'reflect-metadata';
import { JetStreamServer } from '@bcmed/event-log';
import { configOrExit, serve } from '@bcmed/service-kit';
import { Logger, startTelemetry } from '@bcmed/telemetry';
import { NestFactory } from '@nestjs/core';
import { configSchema } from './config.js';
import { DosingModule } from './dosing.module.js';
import { STATUS_OF_CODE } from './errors.js';
import { serveOpenApi } from './openapi.js';

const config = configOrExit(configSchema, process.env);
const telemetry = await startTelemetry({ service: 'dosing' });
const app = await NestFactory.create(DosingModule.with(config), { bufferLogs: true });
app.useLogger(app.get(Logger));
serveOpenApi(app);
app.connectMicroservice({ strategy: app.get(JetStreamServer) });
await serve(app, { config, statusOf: STATUS_OF_CODE, afterwards: () => telemetry.shutdown() });
