import type { SealedEvent } from '@bcmed/event-log';
import { SafetyDatabase, type Row, type Schema } from '@bcmed/safety-store';
import type { Link } from '../domain/link.js';
import type { RoleWish } from '../domain/people.js';
import type { Session } from '../domain/session.js';
import { StoreForeignError } from '../errors.js';

const SCHEMA: Schema = {
  version: 1,
  tables: `
    create table meta (name text primary key, value text not null) strict;
    create table link (id text primary key, tokenHash text not null unique, person text not null, roles text not null,
      createdBy text not null, expiresMs integer not null, state text not null, credentialId text) strict;
    create table session (id text primary key, tokenHash text not null unique, person text not null,
      credentialId text not null, openedMs integer not null, seenMs integer not null, untilMs integer not null) strict;
    create table outbox (n integer primary key, id text not null, subject text not null, seal text not null,
      body blob not null) strict;`,
};

/** A sealed event on its way to the stream, with its number in the order of birth. */
export interface OutboxEntry extends SealedEvent {
  readonly n: number;
}

/**
 * What the access service may not forget: links and sessions (of both only the hash of the token), events on their way, and where
 * the registry is. Each writing method is one transaction, on disk when it returns; it throws StoreUnwritableError.
 */
export class SafetyStore {
  readonly #database: SafetyDatabase;

  constructor(path: string, owner: { readonly site: string; readonly rootKeyId: string }) {
    this.#database = new SafetyDatabase(path, SCHEMA);
    const claim = JSON.stringify([owner.site, owner.rootKeyId]);
    const found = this.meta('owner');
    if (found === undefined) this.setMeta('owner', claim);
    else if (found !== claim)
      throw new StoreForeignError(`The store was made for ${found}, the configuration says ${claim}.`);
  }

  get failure(): string | undefined {
    return this.#database.failure;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  meta(name: 'owner' | 'registry'): string | undefined {
    const value = this.#database.get('select value from meta where name = ?', name)?.['value'];
    return value === undefined ? undefined : String(value);
  }

  setMeta(name: 'owner' | 'registry', value: string): void {
    this.#database.transaction(() =>
      this.#database.run(
        'insert into meta values (?, ?) on conflict (name) do update set value = excluded.value',
        name,
        value,
      ),
    );
  }

  addLink(link: Link, tokenHash: string): void {
    const { id, person, roles, createdBy, expiresMs, state } = link;
    this.#database.transaction(() =>
      this.#database.run(
        'insert into link values (?,?,?,?,?,?,?,null)',
        id,
        tokenHash,
        person,
        JSON.stringify(roles),
        createdBy,
        expiresMs,
        state,
      ),
    );
  }

  linkOf(tokenHash: string): Link | undefined {
    const row = this.#database.get('select * from link where tokenHash = ?', tokenHash);
    return row && toLink(row);
  }

  links(state: Link['state']): Link[] {
    return this.#database.all('select * from link where state = ?', state).map(toLink);
  }

  /** Moves a link on from the state that the caller saw; false when somebody else was faster. */
  moveLink(link: Link, from: Link['state']): boolean {
    return this.#database.transaction(() => {
      const found = this.#database.get('select 1 from link where id = ? and state = ?', link.id, from);
      if (!found) return false;
      const { id, state, credentialId = null } = link;
      this.#database.run('update link set state = ?, credentialId = ? where id = ?', state, credentialId, id);
      return true;
    });
  }

  /** Forgets links that nobody can use any more, a day after they ended. */
  forgetLinks(expiredBeforeMs: number): void {
    this.#database.transaction(() =>
      this.#database.run("delete from link where expiresMs < ? and state <> 'claimed'", expiredBeforeMs),
    );
  }

  sessions(): (Session & { readonly tokenHash: string })[] {
    return this.#database
      .all('select * from session')
      .map((row) => ({ ...toSession(row), tokenHash: text(row, 'tokenHash') }));
  }

  /** A session and the event about it, together. */
  openSession(session: Session, tokenHash: string, opened: SealedEvent): number {
    const { id, person, credentialId, openedMs, seenMs, untilMs } = session;
    return this.#database.transaction(() => {
      this.#database.run(
        'insert into session values (?,?,?,?,?,?,?)',
        id,
        tokenHash,
        person,
        credentialId,
        openedMs,
        seenMs,
        untilMs,
      );
      return this.#post(opened);
    });
  }

  noteUse(id: string, seenMs: number): void {
    this.#database.transaction(() =>
      this.#database.run('update session set seenMs = ? where id = ?', seenMs, id),
    );
  }

  endSessions(ends: readonly { readonly id: string; readonly ended: SealedEvent }[]): void {
    this.#database.transaction(() => {
      for (const { id, ended } of ends) {
        this.#database.run('delete from session where id = ?', id);
        this.#post(ended);
      }
    });
  }

  /** Puts an event on its way; the number under which it waits. */
  post(event: SealedEvent): number {
    return this.#database.transaction(() => this.#post(event));
  }

  waiting(limit: number): OutboxEntry[] {
    return this.#database.all('select * from outbox order by n limit ?', limit).map((row) => ({
      n: Number(row['n']),
      id: text(row, 'id'),
      subject: text(row, 'subject'),
      seal: text(row, 'seal'),
      body: row['body'] as Uint8Array, // the column is a blob
    }));
  }

  waitingCount(): number {
    return Number(this.#database.get('select count(*) as n from outbox')?.['n']);
  }

  sent(upTo: number): void {
    this.#database.transaction(() => this.#database.run('delete from outbox where n <= ?', upTo));
  }

  #post({ id, subject, seal, body }: SealedEvent): number {
    this.#database.run(
      'insert into outbox (id, subject, seal, body) values (?,?,?,?)',
      id,
      subject,
      seal,
      body,
    );
    return Number(this.#database.get('select max(n) as n from outbox')?.['n']);
  }
}

function text(row: Row, name: string): string {
  return String(row[name]);
}

function toLink(row: Row): Link {
  const credentialId = row['credentialId'];
  return {
    id: text(row, 'id'),
    person: text(row, 'person'),
    roles: JSON.parse(text(row, 'roles')) as RoleWish[], // written by addLink
    createdBy: text(row, 'createdBy'),
    expiresMs: Number(row['expiresMs']),
    state: text(row, 'state') as Link['state'], // likewise
    ...(credentialId === null ? {} : { credentialId: String(credentialId) }),
  };
}

function toSession(row: Row): Session {
  return {
    id: text(row, 'id'),
    person: text(row, 'person'),
    credentialId: text(row, 'credentialId'),
    openedMs: Number(row['openedMs']),
    seenMs: Number(row['seenMs']),
    untilMs: Number(row['untilMs']),
  };
}
