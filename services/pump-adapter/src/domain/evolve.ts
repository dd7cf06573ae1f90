import type { PumpEvent } from './events.js';
import type { ShownAlarm } from './input.js';
import type { Belief } from './state.js';

/** The belief after one more event. Total: any event is applied to any belief. */
export function evolve(belief: Belief, event: PumpEvent): Belief {
  switch (event.name) {
    case 'connected': {
      const { syringe = belief.syringe, lastContactAt: _, ...identity } = event.data;
      return { ...belief, contact: 'connected', identity, ...(syringe && { syringe }) };
    }
    case 'lost':
      return { ...belief, contact: 'lost' };
    case 'status-sampled': {
      const { infusion, vtbi, ...rest } = belief;
      const nowVtbi = event.data.vtbi ?? vtbi;
      const runs = event.data.state === 'infusing' && infusion !== undefined;
      return { ...rest, shown: event.data, ...(nowVtbi && { vtbi: nowVtbi }), ...(runs && { infusion }) };
    }
    case 'infusion-started':
      return { ...belief, infusion: { id: event.data.infusionId, phase: 'running' } };
    case 'keep-vein-open-started':
      return { ...belief, infusion: { id: event.data.infusionId, phase: 'keep-vein-open' } };
    case 'infusion-stopped':
    case 'infusion-completed': {
      const { infusion: _, ...rest } = belief;
      return rest;
    }
    case 'vtbi-changed':
      return { ...belief, vtbi: event.data.to };
    case 'syringe-changed':
      return { ...belief, syringe: event.data.to };
    case 'alarm-raised':
      return { ...belief, alarm: alarmOf(event.data) };
    case 'alarm-cleared': {
      const { alarm: _, ...rest } = belief;
      return rest;
    }
    case 'rate-changed':
    case 'volume-cleared':
    case 'bolus-given':
    case 'log-gap-detected':
    case 'command-executed':
    case 'command-failed':
    case 'command-outcome-unknown':
    case 'command-outcome-resolved':
    case 'target-held':
    case 'target-resumed':
    case 'target-ended':
      // What these changed is in the sample of the same reading.
      return belief;
    default:
      return event satisfies never;
  }
}

function alarmOf({
  vendorCode,
  term,
  text,
}: {
  vendorCode: string;
  term: string;
  text?: string | undefined;
}) {
  return { vendorCode, term, ...(text === undefined ? {} : { text }) } satisfies ShownAlarm;
}
