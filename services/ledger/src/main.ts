import 'reflect-metadata';
import { JetStreamServer } from '@bcmed/event-log';
import { configOrExit, serve } from '@bcmed/service-kit';
import { Logger, startTelemetry } from '@bcmed/telemetry';
import { NestFactory } from '@nestjs/core';
import { configSchema } from './config.js';
import { LedgerModule } from './ledger.module.js';

const config = configOrExit(configSchema, process.env);
const telemetry = await startTelemetry({ service: 'ledger' });
const app = await NestFactory.create(LedgerModule.with(config), { bufferLogs: true });
app.useLogger(app.get(Logger));
app.connectMicroservice({ strategy: app.get(JetStreamServer) });
await serve(app, { config, afterwards: () => telemetry.shutdown() });
