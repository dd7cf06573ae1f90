import { Controller, Get, Global, Inject, Module, Res } from '@nestjs/common';
import { HealthRegistry, type HealthReport } from './health.js';

/** The two members of an HTTP response that the endpoint needs, whatever the platform. */
interface StatusResponse {
  status(code: number): unknown;
}

/**
 * `/health/live`: the process answers (restart it if not). `/health/ready`: it may get work, 503 while anything is down.
 * The body names every check, so that the person on call does not have to guess.
 */
@Controller('health')
export class HealthController {
  constructor(@Inject(HealthRegistry) private readonly health: HealthRegistry) {}

  @Get('live')
  live(): { readonly status: 'up'; readonly uptimeSeconds: number } {
    return { status: 'up', uptimeSeconds: Math.round(process.uptime()) };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) response: StatusResponse): Promise<HealthReport> {
    const report = await this.health.report();
    response.status(report.status === 'down' ? 503 : 200);
    return report;
  }
}

/** Import it once in the service's module; inject {@link HealthRegistry} anywhere to add checks. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [{ provide: HealthRegistry, useFactory: () => new HealthRegistry() }],
  exports: [HealthRegistry],
})
export class HealthModule {}
