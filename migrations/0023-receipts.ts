import { type Kysely, sql } from 'kysely'

/**
 * Who switched a merchant's receipt on or off at WeChat, and whether its pages load WeChat's script. Only adds: a
 * process of the release before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // WeChat has no call that reads what is switched on, so this is the only record (docs/wechat/gold-plan.md 2).
  `create table receipt_switches (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    provider_mchid text not null,
    sub_mchid text not null,
    switch text not null check (switch in ('plan', 'page')),
    turned text not null check (turned in ('OPEN', 'CLOSE')),
    outcome text not null check (outcome in ('done', 'refused', 'unknown')),
    code text,
    message text,
    request_id text,
    by text not null,
    at timestamptz not null
  )`,
  `create index on receipt_switches (provider_mchid, sub_mchid, switch, id)`,
  `create index on receipt_switches (merchant_id)`,

  // False: its Official Account has no JS接口安全域名 of ours, so WeChat's script could do nothing.
  `alter table merchants add column page_script boolean not null default true`,
]
