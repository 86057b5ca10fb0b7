/** A campaign as its form has it: texts and boxes, right or wrong. Empty rows are left out. */
export type Draft = {
  slug: string
  kind: 'link' | 'card_open' | 'spend'
  title: string
  rules: string
  startsDay: string
  startsTime: string
  endsDay: string
  endsTime: string
  perMember: string
  perMemberPerDay: string
  total: string
  unlimited: boolean
  perDay: string
  coupons: DraftCoupon[]
  tiers: DraftTier[]
  basis: string
  mode: string
  windowDays: string
  tierRule: string
  excludes: string
  holdMinutes: string
  lateEarns: string
  lateDays: string
  cardIds: string
  cards: string
  gifted: string
  channel: string
  stackable: string
  senders: string[]
}

export type DraftCoupon = { stock: string; count: string }
export type DraftTier = { atLeast: string; total: string; coupons: DraftCoupon[] }

/** As many rows as a campaign's file may have. */
export const rowsAtMost = 10

/** Reads the submitted form. */
export function draftOfForm(fields: URLSearchParams): Draft {
  const text = (name: string) => (fields.get(name) ?? '').trim()
  const kind = text('kind')
  return {
    slug: text('slug'),
    kind: kind === 'spend' || kind === 'card_open' ? kind : 'link',
    title: text('title'),
    rules: text('rules').replaceAll('\r\n', '\n'),
    startsDay: text('starts_day'),
    startsTime: text('starts_time'),
    endsDay: text('ends_day'),
    endsTime: text('ends_time'),
    perMember: text('per_member'),
    perMemberPerDay: text('per_member_per_day'),
    total: text('total'),
    unlimited: text('unlimited') === 'yes',
    perDay: text('per_day'),
    coupons: couponsOf(text, 'coupons'),
    tiers: rowsOf((nth) => tierOf(text, `tiers-${nth}`)),
    basis: text('basis'),
    mode: text('mode'),
    windowDays: text('window_days'),
    tierRule: text('tier_rule'),
    excludes: text('excludes'),
    holdMinutes: text('hold_minutes'),
    lateEarns: text('late_earns'),
    lateDays: text('late_days'),
    cardIds: text('card_ids').replaceAll('\r\n', '\n'),
    cards: text('cards'),
    gifted: text('gifted'),
    channel: text('channel'),
    stackable: text('stackable'),
    senders: fields.getAll('senders').slice(0, rowsAtMost + 1),
  }
}

function couponsOf(text: (name: string) => string, list: string): DraftCoupon[] {
  return rowsOf((nth) => {
    const [stock, count] = [text(`${list}-${nth}-stock`), text(`${list}-${nth}-count`)]
    return stock === '' ? undefined : { stock, count }
  })
}

function tierOf(text: (name: string) => string, tier: string): DraftTier | undefined {
  const [atLeast, total] = [text(`${tier}-at_least`), text(`${tier}-total`)]
  const coupons = couponsOf(text, `${tier}-coupons`)
  return atLeast === '' && total === '' && coupons.length === 0 ? undefined : { atLeast, total, coupons }
}

function rowsOf<T>(rowAt: (nth: number) => T | undefined): T[] {
  return Array.from({ length: rowsAtMost + 1 }, (_, nth) => rowAt(nth)).filter((row) => row !== undefined)
}

/** The fields of the form that this is, to send the same again. */
export function fieldsOfDraft(draft: Draft): [name: string, value: string][] {
  const coupons = (list: string, rows: DraftCoupon[]) =>
    rows.flatMap(({ stock, count }, nth): [string, string][] => [
      [`${list}-${nth}-stock`, stock],
      [`${list}-${nth}-count`, count],
    ])
  return [
    ['slug', draft.slug],
    ['kind', draft.kind],
    ['title', draft.title],
    ['rules', draft.rules],
    ['starts_day', draft.startsDay],
    ['starts_time', draft.startsTime],
    ['ends_day', draft.endsDay],
    ['ends_time', draft.endsTime],
    ['per_member', draft.perMember],
    ['per_member_per_day', draft.perMemberPerDay],
    ['total', draft.total],
    ['unlimited', draft.unlimited ? 'yes' : ''],
    ['per_day', draft.perDay],
    ...coupons('coupons', draft.coupons),
    ...draft.tiers.flatMap(({ atLeast, total, coupons: rows }, nth): [string, string][] => [
      [`tiers-${nth}-at_least`, atLeast],
      [`tiers-${nth}-total`, total],
      ...coupons(`tiers-${nth}-coupons`, rows),
    ]),
    ['basis', draft.basis],
    ['mode', draft.mode],
    ['window_days', draft.windowDays],
    ['tier_rule', draft.tierRule],
    ['excludes', draft.excludes],
    ['hold_minutes', draft.holdMinutes],
    ['late_earns', draft.lateEarns],
    ['late_days', draft.lateDays],
    ['card_ids', draft.cardIds],
    ['cards', draft.cards],
    ['gifted', draft.gifted],
    ['channel', draft.channel],
    ['stackable', draft.stackable],
    ...draft.senders.map((mchid): [string, string] => ['senders', mchid]),
  ]
}
