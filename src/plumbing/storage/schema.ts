import type {
  GrantsTable,
  SlotsTable,
  OvershootsTable,
  CouponsTable,
  AttemptsTable,
  HaltsTable,
  SuspicionsTable,
  OperatorActsTable,
} from './schema/ledger.ts'
import type {
  MerchantsTable,
  AccountsTable,
  PlatformCertificatesTable,
  CampaignsTable,
  MembersTable,
  MemberBlocksTable,
} from './schema/merchants.ts'
import type {
  CardOpeningsTable,
  EarlierCardsTable,
  EarlierMembersTable,
  PaymentsTable,
  RefundsTable,
  SpendersTable,
  InboxTable,
} from './schema/triggers.ts'
import type { FormerKeysTable, KeyWarningsTable } from './schema/key-dates.ts'
import type { AskedOrdersTable, DayExplanationsTable, DaySignaturesTable, DaysTable } from './schema/days.ts'
import type { CouponStatesTable, CouponWalksTable, RedemptionsTable } from './schema/redemptions.ts'
import type { CardJoinsTable, CardProductsTable } from './schema/card-products.ts'
import type { JobsTable, ProcessesTable } from './schema/schedule.ts'
import type {
  ApplicationRecipientsTable,
  MadeStocksTable,
  MarketingImagesTable,
  OnboardingStepsTable,
  ProviderActsTable,
} from './schema/provider.ts'
import type {
  WechatFileCausesTable,
  WechatFilePiecesTable,
  WechatFileRowsTable,
  WechatFileSharesTable,
  WechatFilesTable,
} from './schema/files.ts'
import type { ExaminationsTable, GuideSharesTable } from './schema/guide.ts'
import type { ReceiptSwitchesTable } from './schema/receipts.ts'
import type { StockReportsTable, StocksTable, WarningsTable } from './schema/stocks.ts'
import type {
  AuditEntriesTable,
  MembershipsTable,
  NoticesTable,
  OperatorDevicesTable,
  OperatorLinksTable,
  OperatorSessionsTable,
  OperatorsTable,
  ProposalsTable,
  ProviderLinksTable,
  RecoveryCodesTable,
} from './schema/operators.ts'

export type * from './schema/card-products.ts'
export type * from './schema/days.ts'
export type * from './schema/files.ts'
export type * from './schema/guide.ts'
export type * from './schema/key-dates.ts'
export type * from './schema/ledger.ts'
export type * from './schema/merchants.ts'
export type * from './schema/operators.ts'
export type * from './schema/redemptions.ts'
export type * from './schema/provider.ts'
export type * from './schema/receipts.ts'
export type * from './schema/stocks.ts'
export type * from './schema/triggers.ts'

/** Every table, as the migrations make them. */
export type Tables = {
  merchants: MerchantsTable
  accounts: AccountsTable
  platform_certificates: PlatformCertificatesTable
  former_keys: FormerKeysTable
  key_warnings: KeyWarningsTable
  stocks: StocksTable
  stock_reports: StockReportsTable
  warnings: WarningsTable
  made_stocks: MadeStocksTable
  provider_acts: ProviderActsTable
  marketing_images: MarketingImagesTable
  onboarding_steps: OnboardingStepsTable
  receipt_switches: ReceiptSwitchesTable
  campaigns: CampaignsTable
  members: MembersTable
  member_blocks: MemberBlocksTable
  card_openings: CardOpeningsTable
  card_products: CardProductsTable
  card_joins: CardJoinsTable
  earlier_cards: EarlierCardsTable
  earlier_members: EarlierMembersTable
  payments: PaymentsTable
  refunds: RefundsTable
  spenders: SpendersTable
  grants: GrantsTable
  slots: SlotsTable
  overshoots: OvershootsTable
  coupons: CouponsTable
  attempts: AttemptsTable
  halts: HaltsTable
  suspicions: SuspicionsTable
  operator_acts: OperatorActsTable
  redemptions: RedemptionsTable
  coupon_states: CouponStatesTable
  coupon_walks: CouponWalksTable
  inbox: InboxTable
  jobs: JobsTable
  processes: ProcessesTable
  operators: OperatorsTable
  memberships: MembershipsTable
  operator_devices: OperatorDevicesTable
  recovery_codes: RecoveryCodesTable
  operator_sessions: OperatorSessionsTable
  operator_links: OperatorLinksTable
  proposals: ProposalsTable
  audit_entries: AuditEntriesTable
  examinations: ExaminationsTable
  guide_shares: GuideSharesTable
  provider_links: ProviderLinksTable
  application_recipients: ApplicationRecipientsTable
  notices: NoticesTable
  asked_orders: AskedOrdersTable
  days: DaysTable
  day_signatures: DaySignaturesTable
  day_explanations: DayExplanationsTable
  wechat_files: WechatFilesTable
  wechat_file_pieces: WechatFilePiecesTable
  wechat_file_shares: WechatFileSharesTable
  wechat_file_rows: WechatFileRowsTable
  wechat_file_causes: WechatFileCausesTable
}
