import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock, senderOf } from '../support/builders.ts'
import { backFrom } from '../support/login-stage.ts'
import { visit } from '../support/members.ts'
import { signed } from '../support/pay-answers.ts'
import { publicKeyPlatform } from '../support/pay-parties.ts'
import type { Seen } from '../support/phone.ts'
import { type Answer, type Call, openScriptedHost } from '../support/scripted-host.ts'
import { openTestServices } from '../support/services.ts'
import { startSite } from '../support/site.ts'

export type Kind = 'oauth' | 'official_account' | 'pay'

export type Party = { merchant: Merchant; link: Campaign }

/** Many merchants on one application, before a WeChat that knows for whom each call is. */
export type ManyMerchants = AsyncDisposable & {
  services: Services
  parties: Party[]
  /** From now on WeChat never answers calls for this merchant. */
  silence(merchant: Merchant): void
  /** How many calls for this merchant WeChat has received and not answered, and nobody has given up. */
  hanging(merchant: Merchant, kind: Kind): number
  /** A new member comes through the login. */
  logIn(party: Party): Promise<Seen>
  /** A member who is logged in opens a card and lands on its page. */
  land(party: Party): Promise<Seen>
  /** A member who is logged in taps 立即领取; returns what the coupon is then: `sent` or `pending`. */
  claim(party: Party): Promise<string | undefined>
}

export async function openManyMerchants(count: number): Promise<ManyMerchants> {
  const platform = publicKeyPlatform()
  const silent = new Set<string>()
  const unanswered = new Map<string, number>()
  let serial = 0
  const wechat = await openScriptedHost((call, response) => {
    const { kind, name } = forWhom(call)
    if (!silent.has(name)) return answerTo(kind, call)
    const key = `${name} ${kind}`
    const count = (change: number) => unanswered.set(key, (unanswered.get(key) ?? 0) + change)
    count(1)
    response.on('close', () => count(-1))
    return 'silence'
  })

  function answerTo(kind: Kind, call: Call): Answer {
    serial += 1
    if (kind === 'pay') return signed(platform, { coupon_id: String(98_000_000 + serial) })
    if (kind === 'oauth') return { body: { openid: `o-${call.query.get('code')}`, access_token: 'AT' } }
    if (call.path === '/cgi-bin/stable_token')
      return { body: { access_token: `token ${forWhom(call).name}`, expires_in: 7_200 } }
    const asked = JSON.parse(call.body) as { encrypt_code?: string; code?: string }
    // The sealed code of a card is its code and its member's openid here: whoever lands has it in the address.
    if (asked.encrypt_code) return { body: { errcode: 0, code: asked.encrypt_code } }
    const card = { openid: asked.code, user_card_status: 'NORMAL', has_active: true, membership_number: '1' }
    return { body: { errcode: 0, ...card } }
  }

  const services = await openTestServices({ sandbox: wechat })
  const site = await startSite(services)
  const parties: Party[] = []
  for (let index = 0; index < count; index += 1) parties.push(await aParty(services, platform))
  const member = () => `o-member-${(serial += 1)}`

  return {
    services,
    parties,
    silence({ officialAccount, accounts }) {
      for (const name of [officialAccount.appid, ...accounts.map(({ mchid }) => mchid)]) silent.add(name)
    },
    hanging(merchant, kind) {
      const name = kind === 'pay' ? senderOf(merchant).mchid : merchant.officialAccount.appid
      return unanswered.get(`${name} ${kind}`) ?? 0
    },
    async logIn({ merchant }) {
      const phone = site.phone()
      const back = backFrom(await phone.get(`/m/${merchant.slug}/coupons`))
      return phone.get(back(`code${(serial += 1)}`))
    },
    async land({ merchant }) {
      const openid = member()
      return site.phoneOf(merchant, openid).get(`/m/${merchant.slug}/card-opened?card_id=pCard&encrypt_code=${openid}`)
    },
    async claim({ merchant, link }) {
      const visitor = await visit(site, merchant, link, member())
      return (await visitor.tap()).status
    },
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await services[Symbol.asyncDispose]()
      await wechat[Symbol.asyncDispose]()
    },
  }
}

/** One with a link campaign and a gift for any card, whose calls this WeChat signs the answers to. */
async function aParty(services: Services, platform: ReturnType<typeof publicKeyPlatform>): Promise<Party> {
  const { slug, id } = await aMerchant(services)
  const keys = { public_key_id: platform.serial, public_key: platform.keys.publicKey }
  await services.db.updateTable('accounts').set(keys).where('merchant_id', '=', id).execute()
  services.catalog.forget()
  const merchant = (await services.catalog.merchant(slug)) as Merchant
  const stock = await aStock(services, merchant)
  await aCampaign(services, stock, { kind: 'card_open', cards: 'any', limits: {} })
  return { merchant, link: await aCampaign(services, stock, { limits: {} }) }
}

/** Each kind of call names its merchant in its own way. */
function forWhom({ path, query, headers, body }: Call): { kind: Kind; name: string } {
  const { authorization } = headers
  if (authorization) return { kind: 'pay', name: /mchid="(\d+)"/.exec(authorization)![1]! }
  if (path === '/sns/oauth2/access_token') return { kind: 'oauth', name: query.get('appid')! }
  const token = query.get('access_token')
  const name = token === null ? (JSON.parse(body) as { appid: string }).appid : token.slice('token '.length)
  return { kind: 'official_account', name }
}
