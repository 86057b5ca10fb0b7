import { consolePaths as paths } from '../../src/web/console/paths.ts'
import type { Budget, Target } from './budgets.ts'

const kB = 1_024
/** A session that nobody has. */
const cookie = (turn: number) => `pc_console=${String(turn).padEnd(43, 'x')}`
const at = (path: string, { merchant }: Target, turn: number) =>
  path.replace(':merchant', merchant).replace(':campaign', `c-${turn}`).replace(':proposal', String(turn))

const look = (path: string): Budget => ({
  route: `GET ${path}`,
  bytes: 0,
  calls: 0,
  worst: async (target) => (turn) => ({
    method: 'GET',
    path: `${at(path, target, turn)}?name=${'x'.repeat(900)}`,
    headers: { cookie: cookie(turn) },
  }),
})

/** A stranger's body is not read. */
const form = (path: string): Budget => ({
  route: `POST ${path}`,
  bytes: 0,
  calls: 0,
  worst: async (target) => (turn) => ({
    method: 'POST',
    path: at(path, target, turn),
    headers: { cookie: cookie(turn), 'content-type': 'application/x-www-form-urlencoded' },
    body: `_csrf=${'x'.repeat(8 * kB - 6)}`,
  }),
})

/** Every route about campaigns and proposals with its budget (`budgets.ts`). */
export const consoleCampaignBudgets: Budget[] = [
  ...[
    paths.campaigns,
    paths.campaignNew,
    paths.campaign,
    paths.campaignEdit,
    paths.campaignPublish,
    paths.campaignCopy,
    paths.campaignFile,
    paths.campaignCode,
    paths.proposals,
    paths.proposal,
  ].map(look),
  ...[
    paths.campaignNew,
    paths.campaignEdit,
    paths.campaignPublish,
    paths.campaignState,
    paths.campaignCopy,
    paths.proposal,
  ].map(form),
]
