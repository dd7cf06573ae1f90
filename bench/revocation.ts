import { setTimeout as pause } from 'node:timers/promises';
import { generatePrivateKey, publicJwkOf } from '@bcmed/seal';
import { AlarmListener, Cast, Member, Prescriber, Witness, ask, send } from '@bcmed/bcmed';
import { LatencyWindow } from '@bcmed/telemetry';
import { z } from 'zod';
import { withWard } from './bench-stack.ts';
import type { Benchmark } from './table.ts';

const SECONDS = 60;
const PUMP = '8002-60032';
const enrolled = z.object({ person: z.string() });

/**
 * From the answer of the revocation until the last place refuses: the session at access, the open line to the alarms, an acknowledgement
 * with a pass that has not expired, and an order signed by the person at dosing. Each place is asked again and again until it refuses.
 */
export const revocation: Benchmark = ({ say, seconds = SECONDS }) =>
  withWard(say, { ward: { beds: 4 }, seed: 1 }, async (stack) => {
    const [access, alarms, dosing] = (['access', 'alarms', 'dosing'] as const).map(
      (name) => stack.service(name).url,
    ) as [string, string, string];
    const cast = await Cast.load(access);
    const token = await cast.member('administrator').signIn(access);
    const witness = await Witness.begin(stack.events);
    const prescriber = await Prescriber.begin(stack, witness);
    const places = new Map<string, LatencyWindow>();
    const end = performance.now() + seconds * 1_000;
    let rounds = 0;
    for (; performance.now() < end; rounds++) {
      const key = generatePrivateKey();
      const wish = { publicKey: publicJwkOf(key), roles: [{ role: 'nurse', unit: 'icu-1' }] };
      const { person } = await ask(enrolled, `${access}/people`, wish, token);
      const nurse = new Member(person, key);
      const session = await nurse.signIn(access);
      const pass = await nurse.pass(access, session);
      const listener = await AlarmListener.open(alarms, pass);
      const text = await prescriber.text(PUMP, {
        action: 'set-rate',
        rateMlPerHour: 2,
        drug: 'midazolam',
        concentration: '50-mg',
        dose: { value: '2', unit: 'mg/h' },
      });
      const order = { text, signatures: [nurse.sign(text)] };
      await ask(z.unknown(), `${access}/people/${person}/revocation`, { reason: 'measured' }, token);
      const beganMs = performance.now();
      const until = async (place: string, refuses: () => Promise<boolean>): Promise<void> => {
        while (!(await refuses()))
          if (performance.now() - beganMs > 10_000) throw new Error(`${place} does not refuse`);
        const window = places.get(place) ?? new LatencyWindow();
        places.set(place, window);
        window.add(performance.now() - beganMs);
      };
      await Promise.all([
        until(
          'session at access',
          async () => (await send(`${access}/sessions/current`, undefined, session)).status === 401,
        ),
        until('line to the alarms', () => listener.ended.then(() => true)),
        until(
          'pass at the alarms',
          async () => (await send(`${alarms}/alarms`, undefined, pass)).status === 401,
        ),
        until('order at dosing', async () => (await send(`${dosing}/orders`, { order })).status >= 400),
      ]).then(() => until('the last place', () => Promise.resolve(true)));
      // Access takes a few sign-ins a second of one address.
      await pause(1_000);
    }
    witness.end();
    return {
      load: `${rounds} people enrolled, signed in and revoked one after the other; 4 beds, every service`,
      figures: [...places].flatMap(([place, window]) => {
        const { p50, p99 } = window.quantiles() ?? { p50: Number.NaN, p99: Number.NaN };
        return [
          { what: `revoked → refused by ${place} p50`, value: p50, unit: 'ms' },
          {
            what: `revoked → refused by ${place} p99`,
            value: p99,
            unit: 'ms',
            ...(place === 'the last place' && { comparedWith: 'aim < 1000 ms' }),
          },
        ];
      }),
    };
  });
