import 'reflect-metadata';
import { JetStreamServer } from '@bcmed/event-log';
import { configOrExit, serve } from '@bcmed/service-kit';
import { Logger, startTelemetry } from '@bcmed/telemetry';
import { NestFactory } from '@nestjs/core';
import { AuditModule } from './audit.module.js';
import { configSchema } from './config.js';
import { STATUS_OF_CODE } from './errors.js';
import { serveOpenApi } from './openapi.js';

const config = configOrExit(configSchema, process.env);
const telemetry = await startTelemetry({ service: 'audit' });
const app = await NestFactory.create(AuditModule.with(config), { bufferLogs: true });
app.useLogger(app.get(Logger));
serveOpenApi(app);
app.connectMicroservice({ strategy: app.get(JetStreamServer) });
await serve(app, { config, statusOf: STATUS_OF_CODE, afterwards: () => telemetry.shutdown() });
