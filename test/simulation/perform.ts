import { applyCampaign } from '../../src/campaigns/apply.ts'
import { claim } from '../../src/claims/claim.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import { giveUpGrants, type HandLine, replaceGrants } from '../../src/grants/settle-by-hand.ts'
import { Unusable } from '../../src/plumbing/unusable.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { type Deed, isTelling, type Telling } from './alphabet.ts'
import { deliverMessage } from './doors.ts'
import { editedFile } from './edits.ts'
import type { Errand } from './facts.ts'
import { errandOf } from './errands.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** Does at a process what the operation says; the acts of the world itself are in happen.ts. */
export async function perform(world: World, process: SimulatedProcess, operation: Deed | Telling): Promise<unknown> {
  const { services } = process
  if (isTelling(operation)) {
    const errand = errandOf(world, operation)
    return errand && run(process, errand)
  }
  switch (operation.kind) {
    case 'tap': {
      const openid = chosen(world.scene.members, operation.member)!
      return tap(world, process, operation.campaign, openid, operation.sameForm)
    }
    case 'deliver':
      return process.delivery.drain()
    case 'inbox':
      return process.inbox.drain()
    case 'repair':
      return process.repair.tick()
    case 'retry': {
      const grant = await chosenGrant(process, operation.grant, operation.refused ? 'refused' : undefined)
      return grant && retryGrants(services, [grant], { newNumber: operation.newNumber })
    }
    case 'give up': {
      const grant = await chosenGrant(process, operation.grant, 'reserved')
      return grant && eachLine(giveUpGrants(services, { grantIds: [grant] }, 'asked for'))
    }
    case 'replace': {
      const grant = await chosenGrant(process, operation.grant, 'reserved')
      const stockId = chosen([...world.scene.stocks.keys()], operation.stock)!
      return grant && eachLine(replaceGrants(services, { grantIds: [grant] }, { stockId, reason: 'asked for' }))
    }
    case 'edit limit':
    case 'edit rule':
    case 'edit state': {
      const slug = operation.kind === 'edit rule' ? 'edited-spend' : operation.campaign
      const file = editedFile(world.files.get(slug)!, operation)
      return file && applyFile(world, process, file)
    }
    case 'broken campaign':
      return breakCampaign(world, process)
  }
}

/** A message is given once; whoever sent it repeats it at rest when it was not taken. */
export async function run(process: SimulatedProcess, errand: Errand): Promise<number> {
  const status = await deliverMessage(process, await merchantOf(process), errand.message)
  if (status < 300) errand.accepted = true
  else if (status === 400 || status === 409) errand.refused = `answered ${status}`
  return status
}

export async function tap(world: World, process: SimulatedProcess, slug: string, openid: string, sameForm: boolean) {
  const merchant = await merchantOf(process)
  const campaign = (await process.services.catalog.campaign(merchant.id, slug)) as Campaign
  if (!sameForm) world.forms += 1
  return claim(process.services, { merchant, campaign, openid, claimKey: `form-${world.forms}` })
}

export async function merchantOf({ services }: SimulatedProcess): Promise<Merchant> {
  return (await services.catalog.merchant('shop')) as Merchant
}

/** Whose coupons an operator takes up: of any state, or of the one that the command is for. */
async function chosenGrant({ services }: SimulatedProcess, number: number, state?: 'reserved' | 'refused') {
  const coupons = await services.db.selectFrom('coupons').select(['grant_id', 'state']).orderBy('id').execute()
  const wanted = coupons.filter((coupon) => state === undefined || coupon.state === state)
  return chosen(wanted, number)?.grant_id
}

async function eachLine(told: AsyncIterable<HandLine>): Promise<HandLine[]> {
  const lines: HandLine[] = []
  for await (const line of told) lines.push(line)
  return lines
}

async function applyFile(world: World, process: SimulatedProcess, file: ReturnType<typeof editedFile>) {
  try {
    const said = await applyCampaign(process.services, await merchantOf(process), file)
    world.files.set(file!.slug, file!)
    return said
  } catch (error) {
    if (error instanceof Unusable) return error.faults
    throw error
  }
}

/** A newer campaign whose sender account is not there: as when somebody took the number out of the merchant's file. */
async function breakCampaign(world: World, process: SimulatedProcess) {
  const { db, catalog } = process.services
  for (const [from, slug] of [
    ['plain-spend', 'broken-spend'],
    ['cards', 'broken-cards'],
  ] as const) {
    const file = { ...world.files.get(from)!, slug }
    await applyCampaign(process.services, await merchantOf(process), file)
    await db
      .updateTable('campaigns')
      .set({ sender_mchids: ['1999999999'] })
      .where('slug', '=', slug)
      .execute()
  }
  catalog.forget()
}

export function chosen<T>(from: readonly T[], number: number): T | undefined {
  return from.length === 0 ? undefined : from[number % from.length]
}
