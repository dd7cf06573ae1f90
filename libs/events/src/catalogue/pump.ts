import { z } from 'zod';
import { defineEvent } from '../define.js';
import { changedBy, instant, pressureMmHg, rateMlPerHour, volumeMl } from '../terms.js';

const entity = 'pump serial in lower case';
const serial = '8002-51740';
const infusionId = z.uuid().describe('The infusion episode on this pump, from start to stop or completion');
const logEntryId = z.number().int().min(0).describe("The pump's own log entry id when this was read");

const syringe = z
  .object({
    brand: z.string().max(64).describe('As the pump names it, for example BD PLASTIPAK'),
    sizeMl: z.number().min(0).max(1_000).describe('Nominal size, ml'),
    confirmed: z.boolean().describe('Whether the brand and size were confirmed at the pump'),
  })
  .describe('The syringe that the pump believes it holds');

const vtbi = z
  .object({
    active: z.boolean().describe('Whether the pump stops or changes by itself at this volume'),
    volumeMl: volumeMl.optional().describe('Volume to be infused, ml; absent when not active'),
    atEnd: z
      .string()
      .max(16)
      .optional()
      .describe('What the pump does then, as the pump writes it: STOP, KVO'),
  })
  .describe('Volume to be infused (VTBI)');

export const PumpConnected = defineEvent('pump', 'connected', {
  entity,
  chained: true,
  sentence: 'A pump answered on a line and said who it is.',
  data: z.object({
    family: z.string().max(64).describe('Protocol family, for example alaris-asena'),
    model: z.string().max(64).describe('Model number, the part of the serial before the dash'),
    serial: z.string().max(64).describe('Serial number as the pump writes it'),
    protocol: z.string().max(64).describe('Protocol revision as the pump writes it'),
    transport: z.enum(['serial', 'tcp']).describe('How the line reaches the pump'),
    line: z.string().max(256).describe('Device path or host and port'),
    syringe: syringe.optional(),
    lastContactAt: instant
      .optional()
      .describe('When this adapter last heard the pump before; absent for a pump never seen'),
  }),
  example: {
    entity: serial,
    data: {
      family: 'alaris-asena',
      model: '8002',
      serial: '8002-51740',
      protocol: 'Asena Rev 2.1.5',
      transport: 'serial',
      line: '/dev/ttyUSB0',
    },
  },
});

export const PumpLost = defineEvent('pump', 'lost', {
  entity,
  chained: true,
  sentence: 'A pump that answered before answers no more.',
  data: z.object({
    reason: z.enum(['no-answer', 'line-closed', 'another-pump-answers']).describe('What the adapter saw'),
    silentSince: instant.describe('When the pump was last heard'),
    missedPolls: z.number().int().min(0).describe('Polls without an answer since then'),
  }),
  example: {
    entity: serial,
    data: { reason: 'no-answer', silentSince: '2026-11-20T12:00:00.000Z', missedPolls: 3 },
  },
});

export const StatusSampled = defineEvent('pump', 'status-sampled', {
  entity,
  chained: true,
  sentence: 'What a pump shows: on change and at a slow beat.',
  data: z.object({
    state: z
      .enum(['infusing', 'held'])
      .describe('Derived: infusing when the rate is above 0 and the mode is not a hold'),
    mode: z.string().max(16).describe('Mode code as the pump writes it'),
    rateMlPerHour,
    volumeInfusedMl: volumeMl.describe('Volume infused since it was last cleared, ml'),
    pressureMmHg: pressureMmHg.optional().describe('Absent when the pump gives none'),
    remainingSeconds: z.number().int().min(0).optional().describe('Time to the end; absent beyond 24 h'),
    alarmActive: z.boolean().describe('Whether the pump shows an alarm'),
    drugName: z.string().max(64).optional().describe('Label chosen at the pump; absent when none'),
    vtbi: vtbi.optional(),
    logEntryId,
  }),
  example: {
    entity: serial,
    data: {
      state: 'infusing',
      mode: 'SET',
      rateMlPerHour: 3.5,
      volumeInfusedMl: 0.969,
      pressureMmHg: 17.91,
      alarmActive: false,
      logEntryId: 127904,
    },
  },
});

export const InfusionStarted = defineEvent('pump', 'infusion-started', {
  entity,
  chained: true,
  sentence: 'A pump that was held infuses.',
  data: z.object({ infusionId, rateMlPerHour, vtbi: vtbi.optional(), changedBy, logEntryId }),
  example: {
    entity: serial,
    data: {
      infusionId: '01994f7e-7c00-7000-8000-000000000001',
      rateMlPerHour: 3.5,
      changedBy: 'front-panel',
      logEntryId: 127905,
    },
  },
});

export const InfusionStopped = defineEvent('pump', 'infusion-stopped', {
  entity,
  chained: true,
  sentence: 'A pump that infused is held, before its volume was complete.',
  data: z.object({
    infusionId,
    cause: z.enum(['held', 'alarm']).describe('Whether the pump shows an alarm with the stop'),
    volumeInfusedMl: volumeMl,
    changedBy,
    logEntryId,
  }),
  example: {
    entity: serial,
    data: {
      infusionId: '01994f7e-7c00-7000-8000-000000000001',
      cause: 'held',
      volumeInfusedMl: 1.25,
      changedBy: 'front-panel',
      logEntryId: 127906,
    },
  },
});

export const InfusionCompleted = defineEvent('pump', 'infusion-completed', {
  entity,
  chained: true,
  sentence: 'A pump says that the volume to be infused, or the syringe, is at its end.',
  data: z.object({
    infusionId,
    volumeInfusedMl: volumeMl,
    vendorCode: z.string().max(32).describe('Alarm code that says so'),
    logEntryId,
  }),
  example: {
    entity: serial,
    data: {
      infusionId: '01994f7e-7c00-7000-8000-000000000001',
      volumeInfusedMl: 11,
      vendorCode: 'AL_VTBIS',
      logEntryId: 127907,
    },
  },
});

export const KeepVeinOpenStarted = defineEvent('pump', 'keep-vein-open-started', {
  entity,
  chained: true,
  sentence: 'A pump goes on at its keep-vein-open rate (KVO) after the end.',
  data: z.object({
    infusionId,
    rateMlPerHour,
    vendorCode: z.string().max(32).describe('Alarm code that says so'),
    logEntryId,
  }),
  example: {
    entity: serial,
    data: {
      infusionId: '01994f7e-7c00-7000-8000-000000000001',
      rateMlPerHour: 0.1,
      vendorCode: 'AL_VTBIK',
      logEntryId: 127908,
    },
  },
});

export const RateChanged = defineEvent('pump', 'rate-changed', {
  entity,
  chained: true,
  sentence: 'The set rate of a pump is another than before.',
  data: z.object({ fromMlPerHour: rateMlPerHour, toMlPerHour: rateMlPerHour, changedBy, logEntryId }),
  example: {
    entity: serial,
    data: { fromMlPerHour: 3.5, toMlPerHour: 5, changedBy: 'front-panel', logEntryId: 127909 },
  },
});

export const VtbiChanged = defineEvent('pump', 'vtbi-changed', {
  entity,
  chained: true,
  sentence: 'The volume to be infused (VTBI) is another than before.',
  data: z.object({ from: vtbi, to: vtbi, changedBy, logEntryId }),
  example: {
    entity: serial,
    data: {
      from: { active: false },
      to: { active: true, volumeMl: 11, atEnd: 'STOP' },
      changedBy: 'front-panel',
      logEntryId: 127910,
    },
  },
});

export const VolumeCleared = defineEvent('pump', 'volume-cleared', {
  entity,
  chained: true,
  sentence: 'The volume infused was set back.',
  data: z.object({ fromMl: volumeMl, toMl: volumeMl, changedBy, logEntryId }),
  example: { entity: serial, data: { fromMl: 12.5, toMl: 0, changedBy: 'front-panel', logEntryId: 127911 } },
});

export const BolusGiven = defineEvent('pump', 'bolus-given', {
  entity,
  chained: true,
  sentence: 'More volume went in than the set rate explains: a bolus.',
  data: z.object({
    volumeMl: volumeMl.describe('Volume beyond what the set rate explains, ml'),
    beganAt: instant.describe('Last reading before the volume rose faster than the rate'),
    endedAt: instant.describe('First reading at which it no longer did'),
    changedBy,
    logEntryId,
  }),
  example: {
    entity: serial,
    data: {
      volumeMl: 2,
      beganAt: '2026-11-20T12:00:00.000Z',
      endedAt: '2026-11-20T12:00:15.000Z',
      changedBy: 'front-panel',
      logEntryId: 127912,
    },
  },
});

export const SyringeChanged = defineEvent('pump', 'syringe-changed', {
  entity,
  chained: true,
  sentence: 'The pump holds another syringe, or the same one was confirmed anew after it was out.',
  data: z.object({ from: syringe.optional(), to: syringe, logEntryId }),
  example: {
    entity: serial,
    data: { to: { brand: 'BD PLASTIPAK', sizeMl: 50, confirmed: true }, logEntryId: 127913 },
  },
});

const alarm = z.object({
  vendorCode: z.string().max(32).describe('Code as the pump writes it'),
  term: z.string().max(64).describe('Our term for it; unknown-alarm for a code that we do not know'),
  text: z.string().max(128).optional().describe('Text as the pump writes it; absent when empty'),
  logEntryId,
});

export const PumpAlarmRaised = defineEvent('pump', 'alarm-raised', {
  entity,
  chained: true,
  sentence: 'A pump shows an alarm.',
  data: alarm,
  example: {
    entity: serial,
    data: { vendorCode: 'AL_OCCLU', term: 'occlusion', text: 'OCCLUSION', logEntryId: 214725 },
  },
});

export const PumpAlarmCleared = defineEvent('pump', 'alarm-cleared', {
  entity,
  chained: true,
  sentence: 'A pump no longer shows this alarm.',
  data: alarm,
  example: { entity: serial, data: { vendorCode: 'AL_OCCLU', term: 'occlusion', logEntryId: 214726 } },
});

export const LogGapDetected = defineEvent('pump', 'log-gap-detected', {
  entity,
  chained: true,
  sentence: "The pump's own log moved further than the changes that were seen explain.",
  data: z.object({
    fromLogEntryId: logEntryId.describe('Log entry id at the reading before'),
    toLogEntryId: logEntryId.describe('Log entry id now'),
    changesSeen: z.number().int().min(0).describe('Changes that the two readings show'),
    since: instant.describe('Time of the reading before'),
  }),
  example: {
    entity: serial,
    data: { fromLogEntryId: 127904, toLogEntryId: 127909, changesSeen: 1, since: '2026-11-20T12:00:00.000Z' },
  },
});
