import { conditionNamed } from './conditions.js';
import type { EpisodeEvent, Member } from './episode-events.js';
import { NO_EPISODE, evolve, lasting, type Episode } from './episode.js';
import { escalationDueMs, isTelling, priorityDueMs, weighed, type EpisodePolicy } from './timing.js';

export type EpisodeCommand = { readonly nowMs: number } & (
  | {
      readonly kind: 'onset';
      readonly condition: string;
      readonly group: string;
      readonly unit?: string | undefined;
      readonly bed?: string | undefined;
      readonly vendorCode?: string | undefined;
      readonly member: Member;
      readonly actor: string;
    }
  | { readonly kind: 'clear'; readonly source: string; readonly cause: string; readonly actor: string }
  | { readonly kind: 'acknowledge'; readonly person: string; readonly authenticated: boolean }
  | {
      readonly kind: 'pause-audio';
      readonly person: string;
      readonly authenticated: boolean;
      readonly forMs: number;
    }
  /** A vasoactive drug runs at a member that had none when it began. */
  | { readonly kind: 'vasoactive'; readonly source: string; readonly cause: string }
  | { readonly kind: 'tick' }
  | {
      readonly kind: 'delivered';
      readonly data: (EpisodeEvent & { type: 'notification-delivered' })['data'];
    }
  | { readonly kind: 'failed'; readonly data: (EpisodeEvent & { type: 'notification-failed' })['data'] }
);

/** Longest pause of the sound, as the generic infusion pump's requirements have it. */
export const LONGEST_AUDIO_PAUSE_MS = 120_000;
export const MOST_MEMBERS = 64;

/** Why a person's wish is refused; undefined when it is not. */
export function refusalOf(command: EpisodeCommand, episode: Episode): 'closed' | 'audio-limit' | undefined {
  if (command.kind !== 'acknowledge' && command.kind !== 'pause-audio') return undefined;
  if (episode.status === 'none' || episode.status === 'closed') return 'closed';
  if (command.kind === 'acknowledge') return undefined;
  // A high alarm is silent for 120 s altogether; any other for 120 s at a time.
  const before = episode.priority === 'high' ? episode.audioPausedMs : 0;
  return before + command.forMs > LONGEST_AUDIO_PAUSE_MS ? 'audio-limit' : undefined;
}

/** One alarm episode as a decider: what it says to a command. Time, causes and ids come in. */
export function episodeDecider(policy: EpisodePolicy): {
  readonly initialState: Episode;
  readonly evolve: typeof evolve;
  readonly decide: (command: EpisodeCommand, state: Episode) => readonly EpisodeEvent[];
} {
  return {
    initialState: NO_EPISODE,
    evolve,
    decide: (command, state) => new Decision(policy, state, command.nowMs).of(command),
  };
}

/** Says events one after the other, each seen by the next. */
class Decision {
  readonly #said: EpisodeEvent[] = [];

  constructor(
    private readonly policy: EpisodePolicy,
    private state: Episode,
    private readonly nowMs: number,
  ) {}

  of(command: EpisodeCommand): readonly EpisodeEvent[] {
    switch (command.kind) {
      case 'onset':
        this.#onset(command);
        break;
      case 'clear':
        this.#clear(command);
        break;
      case 'acknowledge':
      case 'pause-audio':
        if (refusalOf(command, this.state) === undefined) this.#person(command);
        break;
      case 'vasoactive':
        this.#vasoactive(command);
        break;
      case 'tick':
        this.#tick();
        break;
      case 'delivered':
        if (!this.state.delivered.includes(command.data.key))
          this.#say({
            type: 'notification-delivered',
            key: `delivered/${command.data.key}`,
            actor: '',
            data: command.data,
          });
        break;
      case 'failed': {
        const { givenUp, key } = command.data;
        const name = `${givenUp ? 'given-up' : 'failed'}/${key}`;
        this.#say({ type: 'notification-failed', key: name, actor: '', data: command.data });
        break;
      }
      default:
        command satisfies never;
    }
    return this.#said;
  }

  #say(event: DistributiveOmit<EpisodeEvent, 'atMs'>): void {
    const said = { ...event, atMs: this.nowMs };
    this.#said.push(said);
    this.state = evolve(this.state, said);
  }

  #onset(command: EpisodeCommand & { kind: 'onset' }): void {
    const { status, members } = this.state;
    const { member, actor } = command;
    if (status === 'none') {
      this.#raise(command);
      return;
    }
    if (status === 'closed' || members.some(({ cause }) => cause === member.cause)) return;
    const known = members.find(({ source }) => source === member.source);
    if (known && known.clearedBy === undefined) return;
    if (!known && members.length >= MOST_MEMBERS) return;
    const others = members.filter((one) => one !== known);
    const reason = known ? 'member-returned' : 'member-joined';
    this.#change(reason, [...others, member], { cause: member.cause, actor });
    // A high one is told at once, in the same decision; others gather for the condition's delay.
    if (this.state.priority === 'high') this.#notify('changed', member.cause);
  }

  #raise(command: EpisodeCommand & { kind: 'onset' }): void {
    const { member, actor, group, unit, bed, vendorCode } = command;
    const condition = conditionNamed(command.condition);
    const from = { condition: command.condition, status: 'none', priority: 'low' } as const;
    const { priority, reckoning } = weighed(from, [member], 0);
    const notifyAfterMs =
      priority === 'high' ? 0 : this.policy.notifyAfterMs(command.condition, { unit, bed });
    this.#say({
      type: 'raised',
      key: 'raised',
      actor,
      cause: member.cause,
      data: {
        condition: command.condition,
        text: condition.text,
        kind: condition.kind,
        group,
        ...(unit === undefined ? {} : { unit }),
        ...(bed === undefined ? {} : { bed }),
        ...(vendorCode === undefined ? {} : { vendorCode }),
        members: [member],
        priority,
        reckoning,
        latching: condition.latching,
        notifyAfterMs,
      },
    });
    if (notifyAfterMs === 0) this.#notify('raised', member.cause);
  }

  #clear({ source, cause, actor }: EpisodeCommand & { kind: 'clear' }): void {
    const { status, members } = this.state;
    const member = members.find((one) => one.source === source && one.clearedBy === undefined);
    if (status !== 'open' || !member) return;
    const rest = members.map((one) => (one === member ? { ...one, clearedBy: cause } : one));
    if (rest.some(({ clearedBy }) => clearedBy === undefined))
      this.#change('member-cleared', rest, { cause, actor });
    else if (this.state.latching && !this.state.acknowledged) this.#change('latched', rest, { cause, actor });
    else this.#resolve(cause, actor);
  }

  #vasoactive({ source, cause }: EpisodeCommand & { kind: 'vasoactive' }): void {
    const { status, members, priority: before } = this.state;
    const member = members.find((one) => one.source === source && one.clearedBy === undefined);
    if (status !== 'open' || !member || member.vasoactive) return;
    const others = members.map((one) => (one === member ? { ...one, vasoactive: true } : one));
    this.#change('priority', others, { cause, actor: '' });
    if (this.state.priority === 'high' && before !== 'high') this.#notify('changed', cause);
  }

  #person(command: EpisodeCommand & { kind: 'acknowledge' | 'pause-audio' }): void {
    const { person, authenticated } = command;
    if (command.kind === 'pause-audio') {
      const data = { person, authenticated, forMs: command.forMs };
      this.#say({
        type: 'audio-paused',
        key: `audio/${this.nowMs}/${this.state.version}`,
        actor: person,
        data,
      });
      return;
    }
    if (this.state.acknowledged) return;
    const data = { person, authenticated, afterMs: this.#sinceRaised() };
    this.#say({
      type: 'acknowledged',
      key: `acknowledged/${this.nowMs}/${this.state.version}`,
      actor: person,
      data,
    });
    // Its source ended it before: acknowledging was all that was missing.
    const last = this.state.members.at(-1)?.clearedBy;
    if (this.state.status === 'latched' && last !== undefined) this.#resolve(last, person);
  }

  #tick(): void {
    if (this.state.status !== 'open' && this.state.status !== 'latched') return;
    if (priorityDueMs(this.state) <= this.nowMs) {
      this.#change('priority', this.state.members, { actor: '' });
      if (this.state.priority === 'high') this.#notify('changed');
    }
    const { notifyAtMs } = this.state;
    if (isTelling(this.state) && notifyAtMs !== undefined && notifyAtMs <= this.nowMs)
      this.#notify(this.state.notifications === 0 ? 'raised' : 'changed');
    if (escalationDueMs(this.state, this.policy) <= this.nowMs) this.#escalate();
  }

  #escalate(): void {
    const step = this.state.step + 1;
    const reason = this.state.acknowledged ? 'acknowledged-unresolved' : 'not-acknowledged';
    const data = { step, reason, afterMs: this.#sinceRaised() } as const;
    this.#say({ type: 'escalated', key: `escalated/${step}`, actor: '', data });
    this.#notify('escalated');
  }

  #change(
    reason: (EpisodeEvent & { type: 'changed' })['data']['reason'],
    members: readonly Member[],
    by: { readonly cause?: string; readonly actor: string },
  ): void {
    const remaining = members.filter(({ clearedBy }) => clearedBy === undefined);
    const counted = remaining.length > 0 ? remaining : members;
    const { priority, reckoning } = weighed(this.state, counted, this.#sinceRaised());
    const name = by.cause ?? String(this.nowMs);
    this.#say({
      type: 'changed',
      // A source may end twice by one word of its own; the version tells the two apart.
      key: `${reason}/${name}/${this.state.version}`,
      ...by,
      data: { reason, members: [...members], priority, reckoning },
    });
  }

  #resolve(resolvedBy: string, actor: string): void {
    const { firstAcknowledgedMs, raisedMs, priority, step, notifications } = this.state;
    this.#say({
      type: 'resolved',
      key: `resolved/${resolvedBy}`,
      actor,
      cause: resolvedBy,
      data: {
        resolvedBy,
        openMs: this.#sinceRaised(),
        ...(firstAcknowledgedMs === undefined ? {} : { acknowledgedAfterMs: firstAcknowledgedMs - raisedMs }),
        highestPriority: priority,
        escalations: step,
      },
    });
    // Nobody is told of the end of what nobody was told of.
    if (notifications > 0) this.#notify('resolved', resolvedBy);
  }

  #notify(reason: 'raised' | 'changed' | 'escalated' | 'resolved', cause?: string): void {
    const notification = this.state.notifications + 1;
    const lasts = lasting(this.state);
    const sources = (lasts.length > 0 ? lasts : this.state.members).map(({ source }) => source);
    // An end does not fill mailboxes.
    const channels = this.policy.channels.filter((one) => reason !== 'resolved' || one !== 'mail');
    const { step, priority } = this.state;
    this.#say({
      type: 'notification-sent',
      key: `notification/${notification}`,
      actor: '',
      ...(cause === undefined ? {} : { cause }),
      data: { notification, reason, step, channels, priority, sources },
    });
  }

  #sinceRaised(): number {
    return Math.max(0, this.nowMs - this.state.raisedMs);
  }
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;
