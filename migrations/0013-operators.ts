import { type Kysely, sql } from 'kysely'

/**
 * People at the console: who they are, what they may do, what they did. Only adds: a process of the release before
 * neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // A person, by an e-mail in small letters. The password is a scrypt hash; the seed of the authenticator is sealed, and
  // totp_step is the last time step of which a code was used. failures and not_before are of browsers that nobody knows.
  `create table operators (
    id bigint generated always as identity primary key,
    email text not null unique check (email = lower(email) and length(email) between 3 and 254),
    name text not null check (length(name) between 1 and 60),
    password_hash text,
    totp_sealed text,
    totp_step bigint not null default 0,
    failures integer not null default 0,
    not_before timestamptz,
    created_at timestamptz not null
  )`,

  // What a person may do, and where: at one merchant, at all merchants of one provider's number, or everywhere. A
  // membership that ended keeps its row, so that the audit can be read.
  `create table memberships (
    id bigint generated always as identity primary key,
    operator_id bigint not null references operators,
    role text not null check (role in ('owner', 'operator', 'finance', 'viewer', 'provider')),
    merchant_id bigint references merchants,
    provider_mchid text check (provider_mchid ~ '^[0-9]{6,32}$'),
    given_by text not null,
    since timestamptz not null,
    ended_by text,
    ended_at timestamptz,
    check (merchant_id is null or provider_mchid is null),
    check ((ended_at is null) = (ended_by is null))
  )`,
  `create unique index memberships_active on memberships (operator_id, coalesce(merchant_id, 0), coalesce(provider_mchid, ''))
    where ended_at is null`,

  // A browser in which a person has signed in before. It has a counter of its own, so that strangers who try passwords
  // cannot lock it.
  `create table operator_devices (
    operator_id bigint not null references operators,
    token_hash text not null,
    failures integer not null default 0,
    not_before timestamptz,
    seen_at timestamptz not null,
    primary key (operator_id, token_hash)
  )`,

  // One sheet of ten codes for a person without their phone; each is deleted when it is used.
  `create table recovery_codes (
    operator_id bigint not null references operators,
    code_hash text not null,
    primary key (operator_id, code_hash)
  )`,

  // stage: password (a code is still asked for), setup (an authenticator must be set up), full. seed_sealed is an
  // authenticator that was shown and not yet proven; notice_sealed is what the next page shows once, such as new codes.
  // tries: wrong codes and passwords since the last right one.
  `create table operator_sessions (
    id bigint generated always as identity primary key,
    token_hash text not null unique,
    operator_id bigint not null references operators,
    stage text not null check (stage in ('password', 'setup', 'full')),
    began_at timestamptz not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null,
    code_at timestamptz,
    tries integer not null default 0,
    address text not null,
    agent text not null,
    seed_sealed text,
    notice_sealed text
  )`,
  `create index on operator_sessions (operator_id)`,

  // A link that works once. invite has an e-mail (none for the first owner) and a membership to give; the others are of
  // a person who is there: authenticator after their own password, reset without it.
  `create table operator_links (
    id bigint generated always as identity primary key,
    token_hash text not null unique,
    purpose text not null check (purpose in ('invite', 'authenticator', 'reset')),
    operator_id bigint references operators,
    email text,
    role text,
    merchant_id bigint references merchants,
    provider_mchid text,
    made_by text not null,
    made_at timestamptz not null,
    ends_at timestamptz not null,
    used_at timestamptz,
    check ((purpose = 'invite') = (operator_id is null)),
    check ((purpose = 'invite') = (role is not null))
  )`,

  // What one person asks and another must approve. payload is kept byte for byte under its hash; revision is of what it
  // would change, as it was when it was asked.
  `create table proposals (
    id bigint generated always as identity primary key,
    act text not null check (act ~ '^[a-z_]{1,60}$'),
    merchant_id bigint references merchants,
    provider_mchid text,
    subject text not null check (length(subject) between 1 and 200),
    payload text not null,
    payload_hash text not null,
    revision text not null,
    state text not null check (state in ('asked', 'approved', 'rejected')),
    asked_by bigint not null references operators,
    asked_at timestamptz not null,
    ends_at timestamptz not null,
    decided_by bigint references operators,
    decided_at timestamptz,
    reason text check (length(reason) between 1 and 500),
    check ((state = 'asked') = (decided_at is null))
  )`,
  `create index on proposals (state, id)`,

  // Who did what: one row per deed, written in the deed's transaction. hash covers the row and the hash of the row
  // before it, so that a row that was changed or taken out shows (docs/operator/console.md). No foreign keys: the rows
  // outlive what they tell of.
  `create table audit_entries (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    operator_id bigint,
    by text not null,
    act text not null,
    merchant_id bigint,
    provider_mchid text,
    subject text not null,
    changes jsonb not null,
    address text not null,
    previous text not null,
    hash text not null unique
  )`,
  `create index on audit_entries (merchant_id, id)`,
  `create function refuse_change_of_audit() returns trigger language plpgsql as $$
    begin
      raise exception 'audit entries are never changed or deleted';
    end
  $$`,
  `create trigger audit_append_only before update or delete on audit_entries
    for each row execute function refuse_change_of_audit()`,
  `create trigger audit_never_emptied before truncate on audit_entries
    for each statement execute function refuse_change_of_audit()`,
]
