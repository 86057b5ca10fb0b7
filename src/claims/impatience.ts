import { LRUCache } from 'lru-cache'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import { beijingDay } from '../plumbing/clock.ts'
import type { Services } from '../services.ts'
import type { ClaimAnswer } from './claim-answer.ts'

/** Who taps again this soon gets the same "no", and neither Redis nor the ledger hears of it. */
const memoryMs = 1_000
/** The members who tap within a second; more than one process ever answers. */
const maxMembers = 20_000

type Remembered = { answer: ClaimAnswer; until: number }
const memories = new WeakMap<Services, LRUCache<string, Remembered>>()

/** The "no" that this member was given for this very campaign a moment ago. */
export function recentRefusal(services: Services, campaign: Campaign, openid: string): ClaimAnswer | undefined {
  const now = services.clock.now()
  const remembered = memories.get(services)?.get(keyOf(campaign, openid, now))
  return remembered && now.getTime() < remembered.until ? remembered.answer : undefined
}

/** Remembers a "no"; a changed campaign and a new day begin anew. */
export function rememberRefusal(services: Services, campaign: Campaign, openid: string, answer: ClaimAnswer): void {
  const now = services.clock.now()
  let memory = memories.get(services)
  if (!memory) memories.set(services, (memory = new LRUCache({ max: maxMembers })))
  memory.set(keyOf(campaign, openid, now), { answer, until: now.getTime() + memoryMs })
}

function keyOf({ id, revision }: Campaign, openid: string, now: Date): string {
  return `${id}/${revision}/${beijingDay(now)}/${openid}`
}
