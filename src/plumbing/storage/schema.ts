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
  StocksTable,
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
import type { JobsTable, ProcessesTable } from './schema/schedule.ts'

export type * from './schema/ledger.ts'
export type * from './schema/merchants.ts'
export type * from './schema/triggers.ts'

/** Every table, as the migrations make them. */
export type Tables = {
  merchants: MerchantsTable
  accounts: AccountsTable
  platform_certificates: PlatformCertificatesTable
  stocks: StocksTable
  campaigns: CampaignsTable
  members: MembersTable
  member_blocks: MemberBlocksTable
  card_openings: CardOpeningsTable
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
  inbox: InboxTable
  jobs: JobsTable
  processes: ProcessesTable
}
