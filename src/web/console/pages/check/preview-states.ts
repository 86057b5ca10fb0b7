/** The looks of a campaign page that can be chosen, as `?state=` and on the links beside the phone. */
export const previewStates = {
  open: '可领取',
  claimed: '已领',
  sold_out: '已发完',
  not_started: '未开始',
} as const

export type PreviewState = keyof typeof previewStates

/** Undefined for any other word: the page is then shown as it is now. */
export function previewStateOf(word: unknown): PreviewState | undefined {
  return typeof word === 'string' && Object.hasOwn(previewStates, word) ? (word as PreviewState) : undefined
}

/** What the part `frame` needs to show the page of a campaign, whose preview is at `address`. */
export function frameOfPreview(address: string, head: string) {
  const states = Object.entries(previewStates).map(([state, text]) => ({ text, href: `${address}?state=${state}` }))
  return {
    name: 'preview',
    src: address,
    head,
    title: '会员看到的活动页',
    states: [{ text: '现在', href: address }, ...states],
  }
}
