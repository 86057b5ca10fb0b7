import type { Db } from '../../plumbing/storage/database.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { type Asked, asking } from './asked.ts'
import { explainGrant } from './explain-grant.ts'
import { gateView } from './gate-view.ts'
import { suspiciousGrants } from './places.ts'
import { cut, doubleCoupons, lateCoupons, missingKeys, mostListed, standingOvershoots } from './rows.ts'
import { campaignUses, stockUses, type Use } from './uses.ts'

export type ProofLine = {
  limit: string
  /** By the member or day with the most. */
  used: number
  allowed: number
  /**
   * False when a limit was broken. True also when more is given than allowed now, but was given before the limit was
   * lowered.
   */
  ok: boolean
}

export type Proof = {
  lines: ProofLine[]
  ok: boolean
  /** What is broken, one sentence each. */
  failures: string[]
  /**
   * What the operator should know although nothing is broken: lowered limits, late coupons, differences at the gate.
   */
  notes: string[]
}

/**
 * Replays the ledger of one merchant or of all. Counts what was given under every limit from the grants and coupons
 * themselves, not from the places, and compares it with what is allowed. Then checks that every grant and coupon that
 * counts holds exactly its places, and nothing else holds any. Reads only, and needs little memory at any size.
 */
export async function prove(services: Services, merchantSlug?: string): Promise<Proof> {
  const { db } = services
  const asked = asking(await merchantsAsked(services, merchantSlug))
  // At the same time, because the database has several processors.
  const [grants, uses, doubles] = await Promise.all([
    brokenGrants(db, asked),
    campaignUses(db, asked).then(async (campaigns) => [...campaigns, ...(await stockUses(db, asked))]),
    doubleCoupons(db, asked),
  ])
  const failures = [
    ...uses.filter((use) => use.broken > 0).map(breachOf),
    ...grants,
    ...doubles,
    ...(await missingKeys(db)),
  ]
  const notes = [
    ...uses.filter((use) => use.before > 0).map(loweredOf),
    ...(await standingOvershoots(db, asked)),
    ...(await lateCoupons(db, asked)),
    ...(await gateView(
      services,
      asked.merchants.map(({ id }) => id),
    )),
  ]
  const lines = uses.map(({ limit, used, allowed, broken }) => ({ limit, used, allowed, ok: broken === 0 }))
  return { lines, ok: failures.length === 0, failures, notes }
}

async function merchantsAsked({ db, catalog }: Services, slug: string | undefined): Promise<Merchant[]> {
  const rows = await db
    .selectFrom('merchants')
    .select('id')
    .$if(slug !== undefined, (query) => query.where('slug', '=', slug!))
    .orderBy('id')
    .execute()
  const merchants = await Promise.all(rows.map(({ id }) => catalog.merchantById(id)))
  return merchants.filter((merchant) => merchant !== undefined)
}

function breachOf({ limit, allowed, broken, brokenUsed, brokenScopes }: Use): string {
  const places = (brokenScopes ?? []).join(', ')
  return `${limit}: ${brokenUsed} given, ${allowed} allowed (${broken} above it: ${places}${broken > 3 ? ', …' : ''})`
}

function loweredOf({ limit, allowed, before }: Use): string {
  return `${limit}: ${before} hold more than the ${allowed} that are allowed now, all given before it was lowered`
}

/** The first broken grants, with what is wrong. One that is in order by now was only being written. */
async function brokenGrants(db: Db, asked: Asked): Promise<string[]> {
  const told: string[] = []
  let more = 0
  for await (const grantId of suspiciousGrants(db, asked)) {
    if (told.length >= mostListed) {
      more += 1
      continue
    }
    const wrong = await explainGrant(db, asked.merchants, grantId)
    if (wrong.length > 0) told.push(`grant ${grantId} ${wrong.join('; ')}`)
  }
  return cut(told, told.length + more)
}
