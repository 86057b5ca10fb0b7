import { createHash, randomBytes } from 'node:crypto'
import { systemClock } from '../src/plumbing/clock.ts'
import { addBareMerchant } from './bare-merchant.ts'
import { createCertificate, createKeyPair } from './certificate.ts'
import { demoCards } from './demo-cards.ts'
import { createAccount, createMerchant, providerMchid } from './demo-merchant.ts'
import { demoStocks } from './demo-stocks.ts'
import type { KeyMode, World } from './world-types.ts'

export type * from './world-types.ts'

export type WorldOptions = {
  now?: Date
  /** Slugs of the merchants; the first is 优购小店. Each gets an Official Account, a sender and its own stocks. */
  slugs?: string[]
  keyMode?: KeyMode
  /** Everybody is as on the first day: nothing opened, linked, made or set. */
  bare?: boolean
  /** RSA bits of WeChat's own keys; a benchmark may use 1024, so that it does not measure the sandbox. */
  platformBits?: number
}

const demoMembers = { xiaoming: '小明', xiaohong: '小红', xiaogang: '小刚', xiaoli: '小丽' }

/** A new world with new keys: with the demo merchant `demo` (优购小店) unless other slugs are given. */
export function createWorld(options: WorldOptions = {}): World {
  const now = options.now ?? systemClock.now()
  const yesterday = new Date(now.getTime() - 86_400_000)
  const world = emptyWorld(yesterday, options.platformBits)
  const slugs = options.slugs ?? ['demo']
  if (options.bare) for (const slug of slugs) addBareMerchant(world, { slug })
  else addDemoMerchants(world, slugs, options.keyMode ?? 'certificate', yesterday)
  const first = world.merchants[0]!.officialAccount
  world.members = Object.entries(demoMembers).map(([id, nickname]) => ({ id, nickname, openid: openidOf(first, id) }))
  return world
}

/** The openid of any member under an Official Account: always the same for the same id, always 28 characters. */
export function openidOf(account: { openidPrefix: string }, memberId: string): string {
  const tail = createHash('sha256').update(memberId).digest('base64url')
  return (account.openidPrefix + tail).slice(0, 28)
}

export function worldToJson(world: World): string {
  return JSON.stringify(world, null, 2)
}

/** Reads the JSON of worldToJson; throws on anything else. */
export function worldFromJson(text: string): World {
  const world = JSON.parse(text) as World
  if (world?.version !== 1 || !Array.isArray(world.merchants)) throw new Error('not a sandbox world of version 1')
  return world
}

function emptyWorld(from: Date, bits?: number): World {
  const publicKey = createKeyPair(bits)
  return {
    version: 1,
    platform: {
      certificates: [createCertificate({ commonName: 'Tenpay.com sandbox', from, bits })],
      publicKeyId: `PUB_KEY_ID_01${digits(30)}`,
      publicKey: publicKey.publicKey,
      publicKeyPrivateKey: publicKey.privateKey,
    },
    accounts: [],
    merchants: [],
    stocks: [],
    members: [],
  }
}

function addDemoMerchants(world: World, slugs: string[], keyMode: KeyMode, from: Date): void {
  world.merchants = slugs.map(createMerchant)
  for (const merchant of world.merchants) merchant.cardProducts = demoCards(merchant, from)
  world.accounts = [
    ...world.merchants.map((merchant) => createAccount(merchant.mchids[0]!, merchant, keyMode, from)),
    createAccount(providerMchid, undefined, keyMode, from),
  ]
  world.stocks = world.merchants.flatMap((merchant) => demoStocks(merchant, providerMchid, from))
}

function digits(count: number): string {
  return Array.from(randomBytes(count), (byte) => byte % 10).join('')
}
