import { OnEvent, type Delivery } from '@bcmed/event-log';
import { LimitOverridden, isEvent } from '@bcmed/events';
import { Controller, Logger, type Type } from '@nestjs/common';
import { ApprovalsDesk } from '../commands/approvals-desk.js';
import { APPROVAL_MISUSED } from '../errors.js';

export function overrideDurable(instance: string): string {
  return `access-${instance}-on-limit-overridden`;
}

/** The dosing service used an approval for an override: it is used up with it, and a second use is told. */
export function onLimitOverridden(durable: string): Type {
  @Controller()
  class OnLimitOverridden {
    readonly #log = new Logger('approvals');

    constructor(private readonly desk: ApprovalsDesk) {}

    @OnEvent('bcmed.{site}.dosing.*.limit-overridden', { durable, ordered: true })
    async consume(message: Delivery): Promise<void> {
      const event = await this.desk.judge(message);
      if (!event || !isEvent(event, LimitOverridden)) return;
      const { approvalId } = event.data;
      const refusal = await this.desk.consumeFor(event.id, approvalId);
      if (refusal === undefined) return;
      const code = APPROVAL_MISUSED;
      this.#log.error({
        msg: `an approval was used that did not hold: ${refusal}`,
        code,
        approvalId,
        id: event.id,
      });
    }
  }
  return OnLimitOverridden;
}
