import type { Operation } from './alphabet.ts'
import type { CampaignFile, SpendFile } from './scene.ts'

type Edit = Extract<Operation, { kind: 'edit limit' | 'edit rule' | 'edit state' }>

/** The campaign's file as its operator changes it; undefined when the change does not fit this campaign. */
export function editedFile(file: CampaignFile, edit: Edit): CampaignFile | undefined {
  if (edit.kind === 'edit state') return { ...file, state: edit.state }
  if (edit.kind === 'edit rule') return editedRule(file, edit.what, edit.value)
  if (edit.limit !== 'tier') {
    // A limit that is undefined is a limit that is not there, in the file as in JSON.
    return { ...file, limits: { ...file.limits, [edit.limit]: edit.to } }
  }
  if (!file.spend) return undefined
  const [first, ...others] = file.spend.tiers.map(({ at_least, coupons }) => ({ at_least, coupons }))
  const tiers = [{ ...first!, ...(edit.to !== undefined && { total: edit.to }) }, ...others]
  return { ...file, spend: { ...file.spend, tiers } }
}

function editedRule(file: CampaignFile, what: string, value: number): CampaignFile | undefined {
  const spend = file.spend as SpendFile
  const change = (changes: Partial<SpendFile>) => ({ ...file, spend: { ...spend, ...changes } })
  if (what === 'window') return change({ window_days: [1, 7, 30, 60][value]! })
  if (what === 'mode') return spend.mode === 'count' ? undefined : change({ mode: value % 2 ? 'single' : 'cumulative' })
  if (what === 'tier rule') return change({ tier_rule: value % 2 ? 'all' : 'highest' })
  if (what === 'start') {
    const days = [1, 2, 5, 9][value]!
    return { ...file, starts_at: new Date(Date.parse(file.starts_at) - days * 86_400_000).toISOString() }
  }
  if (spend.mode === 'count') return undefined
  const [first, ...others] = spend.tiers
  const at_least = [4_000, 5_000, 6_000, 8_000][value]!
  return change({ tiers: [{ ...first!, at_least }, ...others] })
}
