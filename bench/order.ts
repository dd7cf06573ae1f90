import { setTimeout as pause } from 'node:timers/promises';
import { Cast, Prescriber, Witness, ask } from '@bcmed/bcmed';
import { LatencyWindow } from '@bcmed/telemetry';
import { z } from 'zod';
import { withWard } from './bench-stack.ts';
import type { Benchmark } from './table.ts';

const SECONDS = 30;
/** A pump of the default ward, and a drug for which one signature is enough. */
const PUMP = '8002-60032';

/**
 * From the signature of an order to the pump's read-back on the stream, through dosing, broker and adapter, with four beds and every
 * service running beside it; and what of it the line of the pump takes.
 */
export const order: Benchmark = ({ say, seconds = SECONDS }) =>
  withWard(say, { ward: { beds: 4 }, seed: 1 }, async (stack) => {
    const witness = await Witness.begin(stack.events);
    const cast = await Cast.load(stack.service('access').url);
    const nurse = cast.member('nurse');
    const prescriber = await Prescriber.begin(stack, witness);
    const [whole, onTheLine] = [new LatencyWindow(), new LatencyWindow()];
    const end = performance.now() + seconds * 1_000;
    let orders = 0;
    for (; performance.now() < end; orders++) {
      const rateMlPerHour = 2 + (orders % 20) / 10;
      const dose = { value: rateMlPerHour.toFixed(1), unit: 'mg/h' };
      const text = await prescriber.text(PUMP, {
        action: 'set-rate',
        rateMlPerHour,
        drug: 'midazolam',
        concentration: '50-mg',
        dose,
      });
      const beganMs = performance.now();
      const signatures = [nurse.sign(text)];
      const { commandId } = await prescriber.place({ text, signatures });
      const { readBackAfterMs } = await prescriber.executed(`order ${orders}`, commandId);
      whole.add(performance.now() - beganMs);
      onTheLine.add(readBackAfterMs);
      await untilHeard(`${stack.service('dosing').url}/pumps/${PUMP}`, rateMlPerHour);
    }
    witness.end();
    const [all, line] = [whole.quantiles(), onTheLine.quantiles()];
    return {
      load: `one order after another at one pump for ${seconds} s, ${orders} orders; 4 beds, 16 pumps polled every second`,
      figures: [
        { what: 'order signed → read back p50', value: all?.p50 ?? Number.NaN, unit: 'ms' },
        {
          what: 'order signed → read back p99',
          value: all?.p99 ?? Number.NaN,
          unit: 'ms',
          comparedWith: 'aim < 300 ms',
        },
        {
          what: 'of which on the line, p50',
          value: line?.p50 ?? Number.NaN,
          unit: 'ms',
          comparedWith: 'limit of the pump',
        },
      ],
    };
  });

const pumpAnswer = z.object({ setRateMlPerHour: z.number().nullable() });

/** Until dosing has heard what the pump was set to: an order rests on that, and one that came sooner would be refused. */
async function untilHeard(url: string, rateMlPerHour: number): Promise<void> {
  while ((await ask(pumpAnswer, url)).setRateMlPerHour !== rateMlPerHour) await pause(5);
}
