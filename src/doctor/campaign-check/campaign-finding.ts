/**
 * One thing that a check of a campaign found, in Chinese. `stop`: with it the campaign cannot keep what it says; `ask`: a
 * person must want it so; `good`: it is in order.
 */
export type CampaignFinding = { state: 'stop' | 'ask' | 'good'; text: string; cure?: string }

export function stop(text: string, cure: string): CampaignFinding {
  return { state: 'stop', text, cure }
}

export function ask(text: string, cure: string): CampaignFinding {
  return { state: 'ask', text, cure }
}

export function good(text: string): CampaignFinding {
  return { state: 'good', text }
}

/** The same of a stock, which is named first. */
export function ofStock({ stock_id, name }: { stock_id: string; name: string }): string {
  return `批次 ${stock_id}「${name}」`
}
