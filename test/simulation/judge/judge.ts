import { workOnce } from '../rest.ts'
import type { World } from '../world.ts'
import { judgeAtWechat } from './at-wechat.ts'
import { judgeCards } from './cards.ts'
import { readEvidence } from './evidence.ts'
import { judgeLeftovers } from './leftovers.ts'
import { judgeLimits } from './limits.ts'
import { judgeOurCoupons } from './our-coupons.ts'
import { judgePayments } from './payments.ts'
import { judgePlaces } from './places.ts'
import { judgeProof } from './proof.ts'
import { judgeTaps } from './taps.ts'

/** Everything that is wrong with a run that has come to rest, a sentence each; empty when all is right. */
export async function judge(world: World): Promise<string[]> {
  const asItStands = await judgeLedger(world)
  const process = world.processes[0]!
  const taps = await judgeTaps(world, process)
  await workOnce(world, process)
  const afterwards = await judgeLedger(world)
  return [...new Set([...asItStands, ...taps, ...afterwards])]
}

async function judgeLedger(world: World): Promise<string[]> {
  const evidence = await readEvidence(world)
  const failures = [
    ...judgeAtWechat(evidence),
    ...judgeLimits(world, evidence),
    ...(await judgePlaces(world, evidence)),
    ...judgePayments(world, evidence),
    ...judgeOurCoupons(world, evidence),
    ...judgeCards(world, evidence),
    ...(await judgeLeftovers(world, evidence)),
  ]
  return [...failures, ...(await judgeProof(world, failures))]
}
