import 'reflect-metadata';
import { JetStreamServer } from '@bcmed/event-log';
import { configOrExit, serve } from '@bcmed/service-kit';
import { Logger, startTelemetry } from '@bcmed/telemetry';
import { NestFactory } from '@nestjs/core';
import { AccessModule } from './access.module.js';
import { configSchema } from './config.js';
import { STATUS_OF_CODE } from './errors.js';
import { serveOpenApi } from './openapi.js';
import { secureHttp } from './secure-http.js';

const config = configOrExit(configSchema, process.env);
const telemetry = await startTelemetry({ service: 'access' });
const app = await NestFactory.create(AccessModule.with(config), { bufferLogs: true });
app.useLogger(app.get(Logger));
secureHttp(app, config);
serveOpenApi(app);
app.connectMicroservice({ strategy: app.get(JetStreamServer) });
await serve(app, { config, statusOf: STATUS_OF_CODE, afterwards: () => telemetry.shutdown() });
