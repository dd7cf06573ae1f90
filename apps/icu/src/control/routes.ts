import type { Floor } from '../domain/bedside/floor.js';
import { SESSIONS } from '../sessions/index.js';
import type { PumpTruth, Ward } from '../ward.js';
import { bedRoutes } from './bed-routes.js';
import { problem } from './problem.js';
import { checked, ok, type Reply, type Route } from './route.js';
import { actionSchema, misbehaviourSchema, sessionSchema } from './schemas.js';

/** What else the interface may tell about. */
export interface Surroundings {
  readonly floor?: Floor | undefined;
  /** What the monitor gateway says about itself; absent without one. */
  readonly gateway?: (() => object) | undefined;
}

/** All ways to look at a ward and to lay hands on it. */
export function routes(ward: Ward, { floor, gateway }: Surroundings = {}): readonly Route[] {
  const ways: Route[] = [
    get('/health', 'that the mock ICU is up', () =>
      ok({ status: 'ok', virtualMs: ward.nowMs(), ...(gateway && { gateway: gateway() }) }),
    ),
    get('/pumps', 'ground truth of all pumps', () => ok(ward.serials.map((serial) => ward.truth(serial)))),
    onPump(ward, 'GET', '', 'ground truth of one pump', (truth) => ok(truth)),
    onPump(ward, 'GET', '/log', "the newest entries of the pump's own log", ({ serial }) =>
      ok(ward.log(serial)),
    ),
    onPump(ward, 'GET', '/frames', 'the newest frames from the line that act on it', ({ serial }) =>
      ok(ward.frames(serial)),
    ),
    onPump(ward, 'POST', '/actions', 'a hand at the pump or the bed', ({ serial }, body) =>
      checked(actionSchema, body, (action) => {
        const reason = ward.act(serial, action);
        if (reason === null) return ok(ward.truth(serial));
        return problem(409, 'refused-by-pump', 'The pump did not take it.', `${action.action}: ${reason}`);
      }),
    ),
    onPump(ward, 'POST', '/misbehaviour', 'faults of the line; {} behaves', ({ serial }, body) =>
      checked(misbehaviourSchema, body, (misbehaviour) => {
        ward.misbehave(serial, misbehaviour);
        return ok(ward.truth(serial));
      }),
    ),
    onPump(ward, 'POST', '/unplug', 'pulls the cable', async ({ serial }) => {
      await ward.unplug(serial);
      return ok(ward.truth(serial));
    }),
    onPump(ward, 'POST', '/replug', 'puts the cable back', async ({ serial }) => {
      await ward.replug(serial);
      return ok(ward.truth(serial));
    }),
    ...bedRoutes(ward, floor),
    get('/sessions', 'the sessions there are, and the one being played', () => ok(sessions(ward))),
    {
      method: 'POST',
      path: '/sessions',
      says: 'begins a session in place of the one being played',
      handle: (_, body) => checked(sessionSchema, body, ({ name, seconds }) => play(ward, name, seconds)),
    },
    {
      method: 'DELETE',
      path: '/sessions',
      says: 'ends the session being played',
      handle: () => {
        ward.stopSession();
        return ok(sessions(ward));
      },
    },
  ];
  return [
    ...ways,
    get('/', 'this list', () => ok(ways.map(({ method, path, says }) => ({ method, path, says })))),
  ];
}

function get(path: string, says: string, tell: () => Reply): Route {
  return { method: 'GET', path, says, handle: tell };
}

function onPump(
  ward: Ward,
  method: Route['method'],
  path: string,
  says: string,
  handle: (truth: PumpTruth, body: unknown) => Reply | Promise<Reply>,
): Route {
  return {
    method,
    path: `/pumps/:serial${path}`,
    says,
    handle: (serial, body) => {
      const truth = ward.truth(serial);
      if (truth !== undefined) return handle(truth, body);
      const known = ward.serials.join(', ');
      return problem(404, 'unknown-pump', 'There is no such pump.', `${serial} is not one of: ${known}`);
    },
  };
}

function play(ward: Ward, name: string, seconds: number): Reply {
  const session = SESSIONS.get(name);
  const minimum = session?.minimumSeconds ?? 0;
  if (session === undefined || seconds < minimum) {
    const detail = `${name} needs at least ${minimum} seconds, ${seconds} were given`;
    const errors = [{ pointer: '/seconds', detail: `at least ${minimum}` }];
    return { ...problem(422, 'invalid-request', 'The request does not fit.', detail), errors };
  }
  return { status: 202, body: ward.play(session, seconds) };
}

function sessions(ward: Ward): unknown {
  const known = [...SESSIONS.values()].map(({ name, says, minimumSeconds }) => ({
    name,
    says,
    minimumSeconds,
  }));
  return { known, session: ward.session };
}
