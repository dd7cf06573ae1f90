import { setTimeout as pause } from 'node:timers/promises';
import { AlarmListener, Cast, Witness, ask } from '@bcmed/bcmed';
import { LatencyWindow } from '@bcmed/telemetry';
import { z } from 'zod';
import { withWard } from './bench-stack.ts';
import type { Benchmark } from './table.ts';

const SECONDS = 60;
const PUMPS = ['8002-60020', '8002-60021', '8002-60022', '8002-60030', '8002-60031', '8002-60032'];

/**
 * From the moment at which a pump shows a high alarm (the time of its event) until a console that listens by server-sent events has the
 * notification, with four beds and every service running beside it. A syringe is taken out of one pump after the other.
 */
export const alarm: Benchmark = ({ say, seconds = SECONDS }) =>
  withWard(say, { ward: { beds: 4 }, seed: 1 }, async (stack) => {
    const access = stack.service('access').url;
    const cast = await Cast.load(access);
    const pass = await cast.member('nurse').pass(access);
    const console = await AlarmListener.open(stack.service('alarms').url, pass);
    const witness = await Witness.begin(stack.events);
    const hand = (pump: string, action: object) =>
      ask(z.unknown(), `${stack.service('icu').url}/pumps/${pump}/actions`, action);
    const window = new LatencyWindow();
    const end = performance.now() + seconds * 1_000;
    let alarms = 0;
    for (; performance.now() < end; alarms++) {
      const pump = PUMPS[alarms % PUMPS.length] ?? '';
      const sinceMs = Date.now();
      await hand(pump, { action: 'remove-syringe' });
      const raised = await witness.saw(
        `the alarm of ${pump}`,
        ({ type, data, time }) =>
          type === 'bcmed.alarm.raised' &&
          (data as { priority?: string }).priority === 'high' &&
          JSON.stringify(data).includes(pump) &&
          Date.parse(time) >= sinceMs,
      );
      await console.heard(raised.subject);
      const heardMs = Date.now();
      const shown = await witness.saw(`the event of ${pump}`, ({ id }) => id === raised.causationid);
      window.add(heardMs - Date.parse(shown.time));
      await hand(pump, { action: 'insert-syringe' });
      await hand(pump, { action: 'start' });
      await pause(1_500);
    }
    witness.end();
    console.close();
    const { p50, p99 } = window.quantiles() ?? { p50: Number.NaN, p99: Number.NaN };
    return {
      load: `a syringe taken out again and again for ${seconds} s, ${alarms} high alarms; 4 beds, 16 pumps polled every second`,
      figures: [
        { what: 'alarm at the pump → delivered p50', value: p50, unit: 'ms' },
        { what: 'alarm at the pump → delivered p99', value: p99, unit: 'ms', comparedWith: 'aim < 500 ms' },
      ],
    };
  });
