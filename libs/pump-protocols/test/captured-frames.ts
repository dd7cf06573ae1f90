import { asena } from '../src/index.js';

/**
 * Frames of real exchanges with this pump family, as BSD-licensed drivers and recorders of others wrote them down, the
 * CRC recomputed. [request, replies]; the carriage return is left out.
 */
export const CAPTURED_EXCHANGES: readonly (readonly [asena.AsenaFrame | null, string, readonly string[]])[] =
  [
    [
      asena.requests.serialNumber(),
      '!INST_SERIALNO|457D',
      ['!INST_SERIALNO^8002-51740|050B', '!INST_SERIALNO^8002-51733|ACFF'],
    ],
    [asena.requests.protocol(), '!COMMS_PROTOCOL|E8DA', ['!COMMS_PROTOCOL^Asena Rev 2.1.5|661A']],
    [asena.requests.responseMax(), '!COMMS_RESPONSE_MAX|7E29', ['!COMMS_RESPONSE_MAX^4000^ms|DFDF']],
    [
      asena.requests.enableRemoteControl('8002-51740'),
      '!REMOTE_CTRL^ENABLED^3CC1|B1F1',
      ['!REMOTE_CTRL^ENABLED^****^PERMIT^0^ms|7BB0'],
    ],
    [
      asena.requests.enableRemoteControl('8002-51733'),
      '!REMOTE_CTRL^ENABLED^9535|FB2F',
      ['!REMOTE_CTRL^ENABLED^****^PERMIT^0^ms|7BB0'],
    ],
    [
      asena.requests.disableRemoteControl(),
      '!REMOTE_CTRL^DISABLED|EF95',
      ['!REMOTE_CTRL^DISABLED^****^PERMIT^0^ms|3C5D'],
    ],
    [asena.requests.enableRemoteConfiguration('8002-51740'), '!REMOTE_CFG^ENABLED^3CC1|EE4F', []],
    [asena.requests.disableRemoteConfiguration(), '!REMOTE_CFG^DISABLED|F4B1', []],
    [
      asena.requests.syringe(),
      '!SYRINGE_STATUS|4102',
      ['!SYRINGE_STATUS^BD PLASTIPAK^ 50^CONF|1CF8', '!SYRINGE_STATUS^BD PERFUSOR^ 50^CONF|4567'],
    ],
    [asena.requests.maxRate(), '!INF_RATE_MAX_SYRINGE|8F30', ['!INF_RATE_MAX_SYRINGE^1200.00^ml/h|8575']],
    [asena.requests.rate(), '!INF_RATE|8E6D', ['!INF_RATE^0.10^ml/h|D407']],
    [null, '!INF_RATE^0.1^ml/h|B775', ['!INF_RATE^0.10^ml/h|D407']],
    [asena.requests.setRate(3.5), '!INF_RATE^3.50^ml/h|3885', ['!INF_RATE^3.50^ml/h|3885']],
    [asena.requests.start(), '!INF_START|38F3', ['!INF_START|38F3']],
    [asena.requests.stop(), '!INF_STOP|CD57', ['!INF_STOP|CD57']],
    [asena.requests.volumeInfused(), '!INF_VI|B42C', []],
    [asena.requests.clearVolumeInfused(), '!INF_VI_CLEAR|A706', ['!INF_VI_CLEAR|A706']],
    [asena.requests.volumeToBeInfused(), '!INF_VTBI|8456', []],
    [asena.requests.setVolumeToBeInfused(11, 'STOP'), '!INF_VTBI^ACTIV^11.000^ml^STOP|4433', []],
    [asena.requests.clearVolumeToBeInfused(), '!INF_VTBI^DEACT|D8C5', []],
    [asena.requests.enableBolus(), '!INF_BOLUS^ENABLED|E288', []],
    [asena.requests.stopSpontaneousQueries(), '!REMQUERY^DEACT|F295', ['!REMQUERY^DEACT^^^^|E5C9']],
    [asena.requests.alarm(), '!ALARM|50B2', ['!ALARM^AL_NOALM^ ^ |C73B']],
    [
      asena.requests.status(),
      '!INF|4961',
      ['!INF^8002-51733^A^HLD^0.00^ml/h^^0.969^ml^530.15^mmHg^00:04:09^EVENT^214725|DB9D'],
    ],
  ];

/** Every captured frame once, requests and replies. */
export const CAPTURED_FRAMES: readonly string[] = [
  ...new Set(CAPTURED_EXCHANGES.flatMap(([, request, replies]) => [request, ...replies])),
];
