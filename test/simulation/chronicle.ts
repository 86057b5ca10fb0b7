import type pg from 'pg'

/** One thing that was written, in the order in which it was written. */
export type Written = {
  order: number
  /** Virtual milliseconds. */
  at: number
  what: 'grant' | 'coupon' | 'campaign' | 'message'
  grantId: string | null
  couponRow: string | null
  campaignId: number | null
  /** Of a coupon: whether it counts from now on, being owed, given or in doubt. */
  counts: boolean | null
  rules: Rules | null
  /** A message that was applied. */
  body: Record<string, unknown> | null
}

/** Of a campaign: its rules from now on. Of a grant: the rules that it was written under. */
export type Rules = {
  limits: Record<string, number>
  spend: { tiers: { at_least: number; total?: number }[]; mode: string; tier_rule: string } | null
  state: string
}

/**
 * The database itself writes down in which order grants, coupons and rules came about, so that the judge can ask what
 * was in force when a grant was given. Also makes PostgreSQL's clock for leases the virtual one.
 */
export async function installChronicle(admin: pg.Client): Promise<void> {
  await admin.query(`
    create sequence simulated_clock minvalue 0;
    create or replace function lease_clock() returns timestamptz language sql volatile as
      $$ select to_timestamp((select last_value from simulated_clock) / 1000.0) $$;
    create table chronicle (
      "order" bigint generated always as identity, at bigint not null default 0, what text not null, "grantId" uuid,
      "couponRow" uuid, "campaignId" bigint, counts boolean, rules jsonb, body jsonb);
    create function note_grant() returns trigger language plpgsql as $$ begin
      insert into chronicle (at, what, "grantId", "campaignId", rules)
        select (select last_value from simulated_clock), 'grant', new.id, new.campaign_id,
          jsonb_build_object('limits', limits, 'spend', spend, 'state', state) from campaigns where id = new.campaign_id;
      return null; end $$;
    create trigger note_grant after insert on grants for each row execute function note_grant();
    create function note_coupon() returns trigger language plpgsql as $$ begin
      insert into chronicle (at, what, "grantId", "couponRow", counts)
        values ((select last_value from simulated_clock), 'coupon', new.grant_id, new.id, new.state <> 'refused' or new.doubt_since is not null);
      return null; end $$;
    create trigger note_coupon after insert or update of state on coupons for each row execute function note_coupon();
    create function note_campaign() returns trigger language plpgsql as $$ begin
      insert into chronicle (at, what, "campaignId", rules)
        values ((select last_value from simulated_clock), 'campaign', new.id,
          jsonb_build_object('limits', new.limits, 'spend', new.spend, 'state', new.state));
      return null; end $$;
    create trigger note_campaign after insert or update on campaigns for each row execute function note_campaign();
    create function note_message() returns trigger language plpgsql as $$ begin
      if new.applied_at is not null and old.applied_at is null then
        insert into chronicle (at, what, body) values ((select last_value from simulated_clock), 'message', new.body);
      end if;
      return null; end $$;
    create trigger note_message after update on inbox for each row execute function note_message();
  `)
  // A deadlock is found at once instead of after a second of real time.
  await admin.query(
    `do $$ begin execute format('alter database %I set deadlock_timeout = 20', current_database()); end $$`,
  )
}

export async function readChronicle(admin: pg.Client): Promise<Written[]> {
  const { rows } = await admin.query<Written>('select * from chronicle order by "order"')
  return rows
}
