/** What tools and tests may start of this service in their own process. The service itself is `main.ts`. */
export { configSchema, type AdapterConfig } from './config.js';
export { PumpAdapterModule } from './pump-adapter.module.js';
