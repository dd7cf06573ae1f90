/** One choice that no recorded frame settles: the value that the emulator uses, and why we think so. */
export interface Guess<Value> {
  readonly value: Value;
  readonly says: string;
}

const guess = <const Value>(value: Value, says: string): Guess<Value> => ({ value, says });

/**
 * Everything about the pump that we do not know and had to choose. The emulator reads its constants from here and
 * nowhere else, so a recording of a real pump that proves one wrong is a change of one line. Where two choices were
 * possible, the one that demands more of a driver won.
 */
export const GUESSES = {
  refusal: guess('silence', 'A request that the pump does not accept is not answered at all.'),
  unknownCommand: guess('silence', 'A command that the pump does not know is not answered.'),
  commandsThatNeedRemoteControl: guess(
    ['INF_RATE', 'INF_VTBI', 'INF_START', 'INF_STOP', 'INF_VI_CLEAR', 'INF_BOLUS'],
    'Whatever changes the infusion needs remote control, stop included: the driver that enables it first is right either way.',
  ),
  remoteConfigurationGates: guess(
    [],
    'REMOTE_CFG is answered like REMOTE_CTRL and remembered, and gates nothing.',
  ),
  wrongKey: guess('silence', 'A wrong security code leaves everything as it is and is not answered.'),
  remoteControlLapsesMs: guess(
    15_000,
    'Remote control lapses together with the watchdog: drivers renew it every 1 to 5 seconds, so some limit there is.',
  ),
  watchdogRearmedBy: guess(
    'any-valid-frame',
    'Every frame with a right CRC counts as contact, also a question.',
  ),
  answersInOrder: guess(
    8,
    'Requests are answered one by one in their order; more than this many waiting are lost.',
  ),
  modeWhileInfusing: guess(
    'SET',
    'One source calls SET "the infusion mode"; no other word for it is recorded.',
  ),
  modeWhileKeepingVeinOpen: guess('SET', 'No word of its own is recorded for keeping the vein open.'),
  rateWhileHeldMlPerHour: guess(
    0,
    'INF shows 0.00 on hold (recorded once), while INF_RATE still tells the set rate.',
  ),
  rateDuringBolus: guess(
    'set-rate',
    'INF goes on showing the set rate during a bolus; only the volume runs ahead.',
  ),
  alarmFlagOfPreAlarms: guess('A', 'Near end and loss of mains set the same flag as an occlusion.'),
  volumeInfusedForm: guess(3, 'INF_VI answers volume and unit, with the three decimals that INF shows.'),
  vtbiReply: guess(
    'as-set',
    'INF_VTBI answers what was set (ACTIV, volume, ml, end action), not what remains; without one DEACT and three empty fields, after the manner of REMQUERY.',
  ),
  vtbiMaxMl: guess(1000, 'The largest volume to be infused that is taken.'),
  vtbiOnceItIsIn: guess(
    'none-set',
    'A volume to be infused is gone once it is in, without a log entry of its own.',
  ),
  vtbiEndActions: guess(['STOP', 'KVO'], 'STOP is recorded; KVO follows from the alarm code AL_VTBIK.'),
  rateRangeMlPerHour: guess(
    [0.1, 1200],
    'The limits that an existing driver applies; the upper one is a 50 ml syringe.',
  ),
  keepVeinOpenRateMlPerHour: guess(
    1,
    'Keeping the vein open runs at this rate, or at the set rate if that is lower.',
  ),
  bolusRateMlPerHour: guess(500, 'The rate of a bolus from the front panel when none is named.'),
  bolusOnlyWhileInfusing: guess(true, 'A bolus can be given only on top of a running infusion.'),
  occlusionAlarmMmHg: guess(
    530,
    'The one recorded occlusion stop shows 530.15 mmHg; the set limit is not known.',
  ),
  restingPressureMmHg: guess(17.9, 'A simulator of this pump shows 17.91 mmHg at 0.1 ml/h.'),
  lineResistanceMmHgPerMlPerHour: guess(0.05, 'An open line adds this much pressure per flow.'),
  lineRelaxationMs: guess(1500, 'An open line takes this long to come within 37 % of its resting pressure.'),
  complianceMicrolitrePerMmHg: guess(
    1.5,
    'Syringe and line; measurements of others lie between 1.2 and 2.8.',
  ),
  pressureNoiseMmHg: guess(0.6, 'The pressure shown wanders by up to this much around the true one.'),
  nearEndSeconds: guess(300, 'Near end of infusion is announced this long before the syringe is empty.'),
  emptySyringe: guess(
    'AL_EOIST',
    'An empty syringe stops the pump; keeping the vein open at its end is not modelled.',
  ),
  syringeFieldsWithoutOne: guess(
    ['', '', ''],
    'SYRINGE_STATUS of a pump without a syringe was never recorded: its fields are empty.',
  ),
  timeRemainingOnHold: guess(
    'at-set-rate',
    'On hold the time remaining is reckoned with the set rate (recorded once).',
  ),
  alarmTexts: guess(
    { AL_OCCLU: 'OCCLUSION' },
    'Only this text is recorded; AL_NOALM comes with blanks, others empty.',
  ),
  alarmOrder: guess(
    ['AL_SYRCO', 'AL_OCCLU', 'AL_COMTO', 'AL_EOIST', 'AL_VTBIS', 'AL_VTBIK', 'AL_NEOIN', 'AL_ACDIS'],
    'Of several alarms ALARM tells the first in this order.',
  ),
  alarmsClearedByStart: guess(
    ['AL_OCCLU', 'AL_COMTO', 'AL_VTBIS', 'AL_VTBIK'],
    'Starting again clears these; an occlusion that is still there comes back at once.',
  ),
  logEntries: guess(
    'one-each',
    'Start, stop, change of rate or volume, bolus at its end, alarm raised, alarm cleared, syringe changed and volume cleared are one log entry each; an alarm that stops the infusion is one entry and not two.',
  ),
  logEntryIdWrapsAfter: guess(
    999_999,
    'Six digits are recorded; after the last one the count goes on from 0.',
  ),
} as const;
