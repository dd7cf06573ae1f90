import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { loggerOptions } from './logger.js';
import { isTelemetryWanted, startTelemetry } from './start.js';

describe('a log line', () => {
  it('names service, level and time, and hides secrets', () => {
    const lines: string[] = [];
    const logger = pino(loggerOptions({ service: 'ledger', level: 'info' }), {
      write: (line) => void lines.push(line),
    });
    logger.info(
      { password: 'hunter2', key: { privateKey: 'hunter2' }, req: { headers: { authorization: 'hunter2' } } },
      'begun',
    );
    logger.debug('not this one');
    expect(lines).toHaveLength(1);
    const line: unknown = JSON.parse(lines[0]!);
    expect(line).toMatchObject({ level: 'info', service: 'ledger', msg: 'begun', password: '[redacted]' });
    expect(line).toHaveProperty('time', expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/));
    expect(lines[0]).not.toContain('hunter2');
  });
});

describe('telemetry', () => {
  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
    [{ OTEL_TRACES_EXPORTER: 'console' }, true],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, false],
    [{ OTEL_SDK_DISABLED: 'true', OTEL_TRACES_EXPORTER: 'otlp' }, false],
  ])('with %o is wanted: %s', (environment, wanted) => expect(isTelemetryWanted(environment)).toBe(wanted));

  it('stays off without the standard variables', async () => {
    const telemetry = await startTelemetry({ service: 'ledger' }, {});
    expect(telemetry.on).toBe(false);
    await telemetry.shutdown();
  });
});
