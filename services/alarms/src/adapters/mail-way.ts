import { createTransport, type Transporter } from 'nodemailer';
import type { Outcome, Parcel } from '../domain/delivery.js';
import { headlineOf, type Notice } from '../domain/telling.js';
import { Way, reasonOf } from './way.js';

export interface MailSettings {
  /** `smtp://host:port`, or `smtps://` for TLS from the first byte. */
  readonly url: string;
  readonly from: string;
  /** Recipients by step of the escalation: at step n everybody up to the nth list is told. */
  readonly to: readonly (readonly string[])[];
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Mail by SMTP. The receipt is the server's reply; KNOWN: what it does with the mail afterwards, nobody tells. */
export class MailWay extends Way {
  readonly channel = 'mail';
  readonly #transport: Transporter;

  constructor(private readonly settings: MailSettings) {
    super();
    const { url, user, password, timeoutMs = TIMEOUT_MS } = settings;
    const { protocol, hostname, port } = new URL(url);
    const secure = protocol === 'smtps:';
    this.#transport = createTransport({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port) || (secure ? 465 : 587),
      secure,
      // A password never travels in clear.
      requireTLS: !secure && user !== undefined,
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async deliver({ key, body, step, priority }: Parcel): Promise<Outcome> {
    // This service has written the body itself.
    const notice = JSON.parse(body) as Notice;
    const to = this.settings.to.slice(0, step + 1).flat();
    if (to.length === 0) return { ok: false, retry: false, detail: 'no recipient' };
    try {
      const sent = (await this.#transport.sendMail({
        from: this.settings.from,
        to,
        subject: headlineOf(notice),
        text: textOf(notice),
        // The same at every try, so that a mail that came twice is one.
        messageId: `<${key}@bcmed.invalid>`,
        priority: priority === 'high' ? 'high' : 'normal',
        headers: { 'Auto-Submitted': 'auto-generated', 'X-BCMed-Alarm': notice.alarm.id },
      })) as { readonly response: string; readonly rejected: readonly unknown[] };
      const refused = sent.rejected.length > 0 ? `, ${sent.rejected.length} of ${to.length} refused` : '';
      return { ok: true, receipt: `${sent.response}${refused}` };
    } catch (error) {
      return { ok: false, retry: !isPermanent(error), detail: reasonOf(error) };
    }
  }

  override close(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }
}

/** Only a refused sender, recipient or message stays refused; everything else may pass. */
function isPermanent(error: unknown): boolean {
  const given = error as { readonly code?: string; readonly responseCode?: number };
  return (given.responseCode ?? 0) >= 500 && (given.code === 'EENVELOPE' || given.code === 'EMESSAGE');
}

function textOf({ alarm, reason, step, decidedAt, site, notification }: Notice): string {
  const lines = [
    alarm.text,
    '',
    `Priority    ${alarm.priority}`,
    `Condition   ${alarm.condition}`,
    `Site        ${site}`,
    ...(alarm.unit === null ? [] : [`Unit        ${alarm.unit}`]),
    ...(alarm.bed === null ? [] : [`Bed         ${alarm.bed}`]),
    ...alarm.members.map(
      ({ source, since, lasts }) => `Source      ${source}, since ${since}${lasts ? '' : ', ended'}`,
    ),
    `Told        ${decidedAt}, ${reason}, notification ${notification}${step > 0 ? `, step ${step}` : ''}`,
    `Alarm       ${alarm.id}`,
    '',
    'The alarm itself is at the pump. Acknowledging here ends nothing there.',
  ];
  return `${lines.join('\n')}\n`;
}
