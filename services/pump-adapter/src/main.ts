import 'reflect-metadata';
import { configOrExit, serve } from '@bcmed/service-kit';
import { Logger, startTelemetry } from '@bcmed/telemetry';
import { NestFactory } from '@nestjs/core';
import { BusLink } from './adapters/bus-link.js';
import { configSchema } from './config.js';
import { PumpAdapterModule } from './pump-adapter.module.js';

const config = configOrExit(configSchema, process.env);
const telemetry = await startTelemetry({ service: 'pump-adapter' });
const app = await NestFactory.create(PumpAdapterModule.with(config), { bufferLogs: true });
app.useLogger(app.get(Logger));
await serve(app, { config, afterwards: () => telemetry.shutdown() });
app.get(BusLink).join(app);
