import { type Kysely, sql } from 'kysely'

/**
 * Bills and flow files: what was asked of WeChat for each day, the kept file in sealed pieces, whom its rows concern,
 * and rows that could not be joined. Payments may come from a bill. Only adds: a process of the release before neither
 * reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // One row per file: whose number asks for it, of what kind, of which stock (flows), of which Beijing day. A file that
  // somebody downloaded by hand stands beside the one that the number's own keys get: they may hold different orders.
  `create table wechat_files (
    id bigint generated always as identity primary key,
    mchid text not null check (mchid ~ '^[0-9]{6,32}$'),
    kind text not null check (kind in ('trade_bill', 'use_flow', 'refund_flow', 'use_flow_whole', 'refund_flow_whole')),
    stock_id text,
    day text not null check (day ~ '^[0-9]{8}$'),
    origin text not null default 'wechat' check (origin in ('wechat', 'hand')),
    state text not null default 'due'
      check (state in ('due', 'not_ready', 'none', 'kept', 'unverified', 'refused')),
    reason text,
    due_at timestamptz not null,
    tries integer not null default 0,
    hash_differences integer not null default 0,
    request_id text,
    asked_at timestamptz,
    sha1 text,
    hash_of text check (hash_of in ('unpacked', 'packed', 'none')),
    bytes bigint,
    kept_at timestamptz,
    rows bigint,
    payments bigint,
    payments_fen bigint,
    refunds bigint,
    refunds_fen bigint,
    coupons_fen bigint,
    key_sealed text,
    imported_at timestamptz,
    import_problem text,
    forgotten_at timestamptz,
    created_at timestamptz not null default now(),
    check (kind = 'trade_bill' or stock_id is not null),
    check (state <> 'kept' or (sha1 is not null and bytes is not null and rows is not null and kept_at is not null))
  )`,
  `create unique index wechat_files_once on wechat_files (mchid, kind, coalesce(stock_id, ''), day, origin)`,
  `create index wechat_files_due on wechat_files (due_at) where state in ('due', 'not_ready', 'unverified')`,
  `create index wechat_files_day on wechat_files (day, mchid)`,

  // The kept file, packed, in pieces of bounded size, each sealed with the file's own key; that key is sealed with
  // MASTER_KEY in wechat_files.key_sealed.
  `create table wechat_file_pieces (
    file_id bigint not null references wechat_files on delete cascade,
    n integer not null,
    sealed bytea not null,
    primary key (file_id, n)
  )`,

  // Whom the rows of a file concern: one row per merchant of this installation, with its part of the figures, in fen.
  `create table wechat_file_shares (
    file_id bigint not null references wechat_files on delete cascade,
    merchant_id bigint not null references merchants,
    rows bigint not null default 0,
    payments bigint not null default 0,
    payments_fen bigint not null default 0,
    refunds bigint not null default 0,
    refunds_fen bigint not null default 0,
    redemptions bigint not null default 0,
    redemptions_fen bigint not null default 0,
    new_payments bigint not null default 0,
    new_refunds bigint not null default 0,
    new_redemptions bigint not null default 0,
    set_aside bigint not null default 0,
    primary key (file_id, merchant_id)
  )`,
  `create index on wechat_file_shares (merchant_id, file_id)`,

  // Rows that are not ours or cannot be joined: shown, not counted. At most some hundred of each cause are kept for a
  // file; how many there were is in wechat_file_causes.
  `create table wechat_file_rows (
    file_id bigint not null references wechat_files on delete cascade,
    line bigint not null,
    merchant_id bigint references merchants,
    cause text not null,
    mchid text not null,
    sub_mchid text,
    transaction_id text not null,
    out_trade_no text,
    refund_id text,
    out_refund_no text,
    coupon_id text,
    fen bigint not null,
    at timestamptz,
    primary key (file_id, line)
  )`,
  `create index on wechat_file_rows (merchant_id, file_id)`,
  `create table wechat_file_causes (
    file_id bigint not null references wechat_files on delete cascade,
    cause text not null,
    rows bigint not null,
    fen bigint not null,
    primary key (file_id, cause)
  )`,

  // Rows that are there obey the narrower check already, so nothing needs to be read again.
  `alter table payments drop constraint payments_source_check`,
  `alter table payments add constraint payments_source_check
    check (source in ('event', 'notification', 'query', 'bill')) not valid`,
]
