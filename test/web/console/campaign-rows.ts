import { consolePaths as paths } from '../../../src/web/console/paths.ts'

const editors = ['owner', 'operator']

/** Every route about campaigns and proposals, for `routes.test.ts`. */
export const campaignRows: { route: string; roles?: string[]; bad?: Record<string, string> }[] = [
  { route: `GET ${paths.campaigns}` },
  { route: `GET ${paths.campaignNew}`, roles: editors },
  { route: `POST ${paths.campaignNew}`, roles: editors, bad: { do: 'save', ...aForm(), title: '' } },
  { route: `GET ${paths.campaign}` },
  { route: `GET ${paths.campaignEdit}`, roles: editors },
  { route: `POST ${paths.campaignEdit}`, roles: editors, bad: { do: 'save', revision: '1', ...aForm(), total: '0' } },
  { route: `GET ${paths.campaignPublish}`, roles: editors },
  { route: `POST ${paths.campaignPublish}`, roles: editors, bad: { revision: '999' } },
  { route: `POST ${paths.campaignState}`, roles: editors },
  { route: `GET ${paths.campaignCopy}`, roles: editors },
  { route: `POST ${paths.campaignCopy}`, roles: editors, bad: { when: 'now', slug: 'NO' } },
  { route: `GET ${paths.campaignFile}` },
  { route: `GET ${paths.campaignCode}` },
  { route: `GET ${paths.proposals}`, roles: editors },
  { route: `GET ${paths.proposal}`, roles: editors },
  { route: `POST ${paths.proposal}`, roles: editors },
]

/** A link campaign as the editor sends it; the stock is the first of the merchant. */
export function aForm(overrides: Record<string, string> = {}): Record<string, string> {
  return {
    kind: 'link',
    slug: 'spring',
    title: '春天',
    'coupons-0-stock': '16000001',
    'coupons-0-count': '1',
    per_member: '1',
    total: '1000',
    starts_day: '2026-12-01',
    starts_time: '00:00',
    ends_day: '2026-12-20',
    ends_time: '23:59',
    stackable: 'no',
    ...overrides,
  }
}
