import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { runByHand } from '../../src/plumbing/schedule/jobs.ts'
import { registry } from '../../src/plumbing/telemetry/metrics.ts'
import { routes } from '../../src/web/routes.ts'
import { jobs, loopsOfEach, loopsOfWorker } from '../../src/worker.ts'
import { cardOpened, signedHeaders } from '../support/events.ts'
import type { Seen } from '../support/phone.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { formOf, sessionCookies } from '../support/site.ts'
import { until } from '../support/waiting.ts'
import { anyRequest, carried, sendAny, strangers } from './any-request.ts'
import { openWorlds, type World, worldSecrets } from './broken-worlds.ts'
import { listenIn } from './listen-in.ts'
import { addSecretsOf, dumpOf, formsOf, openMarks } from './marks.ts'

const metricsToken = 'MARKED-metrics-token-7e1c'
const table = routes().stack.map(({ path, methods }) => ({ path: String(path), methods }))

describe('whatever is asked, at every address, and whatever is broken', { timeout: 120_000 }, () => {
  const overheard = listenIn()
  /** The process's, the merchant's, and those that requests carry: never printed, and never open in the database. */
  const secrets = openMarks()
  /** Never printed. */
  const openids = openMarks()
  /** Never in an answer either; what a request carried may come back to its sender. */
  const ours = openMarks()
  const answers: string[] = []
  let shop: SandboxShop
  let campaignPage: string
  let member: string
  let worlds: World[]
  let broken: AsyncDisposable
  /** What may stand in an address for the parts that routes leave open. */
  let parts: Record<string, string[]>

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', log: overheard.log, config: { metricsToken } })
    member = shop.member('the member')
    const { slug } = await shop.campaign({ limits: { per_member: 1_000 } })
    campaignPage = `/m/demo/c/${slug}`
    const opened = await openWorlds(shop, strangers[0], overheard.log)
    worlds = opened.worlds
    broken = opened
    parts = {
      merchant: ['demo', 'nobody', ...strangers],
      campaign: [slug, 'nothing'],
      grant: [await claimIn(worlds[0]!), '00000000-0000-4000-8000-000000000000', ...strangers],
      stock: [shop.stock.stock_id, strangers[1]],
      mchid: [shop.world.accounts[0]!.mchid, '1'],
      file: ['style.css', strangers[0]],
      name: ['x', strangers[1]],
      token: ['t'.repeat(43), strangers[0]],
      membership: ['1', strangers[1]],
      step: ['4', strangers[0]],
      proposal: ['1', strangers[1]],
      card: ['p1', strangers[1]],
      brand: ['1', strangers[1]],
    }
    for (const marks of [secrets, ours]) {
      addSecretsOf(shop, marks)
      for (const [name, value] of Object.entries(worldSecrets)) marks.add(name, value)
    }
    for (const [name, value] of Object.entries(carried)) secrets.add(name, value)
    for (const openid of [member, ...strangers]) openids.add('openid', openid)
    ours.add('openid of another', member)
  })
  afterAll(async () => {
    overheard[Symbol.dispose]()
    await broken[Symbol.asyncDispose]()
    await shop[Symbol.asyncDispose]()
  })

  /** Looks at what was printed and answered since it last looked. */
  let heard = { printed: 0, answers: 0 }
  function expectNothingTold(): void {
    const [printed, answered] = [overheard.printed.slice(heard.printed), answers.slice(heard.answers)]
    heard = { printed: overheard.printed.length, answers: answers.length }
    const told = {
      printed: [...secrets.foundIn(printed), ...openids.foundIn(printed)],
      answered: ours.foundIn(answered),
    }
    expect(told).toEqual({ printed: [], answered: [] })
  }

  /** One after the other, since what is broken for one may be broken for all. */
  async function inEachWorld(act: (world: World) => Promise<unknown>): Promise<void> {
    for (const world of worlds) {
      await world.begin?.()
      await act(world)
      await world.end?.()
      expectNothingTold()
    }
  }

  function note(seen: Seen): Seen {
    const headers = [...seen.headers].filter(([name]) => name !== 'set-cookie')
    answers.push(seen.text, JSON.stringify(headers))
    return seen
  }

  test('nothing is told while members come the usual ways, messages arrive and workers run', async () => {
    await inEachWorld(async (world) => {
      await claimIn(world)
      await logIn(world)
      await push(world, await openCard(world))
      await work(world)
    })
  })

  async function claimIn({ site }: World): Promise<string> {
    const phone = site.phoneOf(shop.merchant, member)
    const page = note(await phone.get(campaignPage))
    const { location } = note(await phone.post(`${campaignPage}/claims`, formOf(page.text)))
    note(await phone.get(location || '/m/demo/coupons'))
    return location.split('/').at(-1)!
  }

  /** The first code is refused by the WeChat that quotes. */
  async function logIn({ name, site }: World): Promise<void> {
    const another = secrets.add('code', `${carried.code}-${Buffer.from(name).toString('hex')}`)
    for (const code of [carried.code, another]) {
      const phone = site.phone()
      const { location } = note(await phone.get(`/m/demo/card-opened?encrypt_code=${carried.encrypt_code}`))
      if (!location) return
      const asked = new URL(location).searchParams
      const { pathname, search } = new URL(asked.get('redirect_uri')!)
      note(await phone.get(`${pathname}${search}&code=${code}&state=${asked.get('state')}`))
    }
  }

  async function openCard({ name, site }: World): Promise<string> {
    const holder = openids.add('openid', shop.member(`holder while ${name}`))
    const { landingUrl, code } = shop.sandbox.control.takeCard(holder)
    note(await site.phoneOf(shop.merchant, holder).get(landingUrl))
    return code
  }

  async function push({ site, services }: World, cardCode: string): Promise<void> {
    const { control } = shop.sandbox
    control.settings.appUrl = site.url
    const { transactionId } = control.addOrder({ openid: member, total: 8_800 })
    await control.push({ kind: 'payment', transactionId, retryMs: [] })
    await control.push({ kind: 'card', event: 'user_get_card', cardCode })
    const body = JSON.stringify(cardOpened({ openid: strangers[1], card_id: 'pCard' }))
    const headers = signedHeaders(shop.merchant, body, services.clock.now())
    await fetch(`${site.url}/api/demo/events`, { method: 'POST', body, headers })
  }

  /** All that is due, a look of every loop, and a run of every job. */
  async function work({ services, site }: World): Promise<void> {
    await Promise.allSettled([openInboxLoop(services).drain(), openDeliveryLoop(services).drain()])
    const loops = [...loopsOfEach(services), ...Object.values(loopsOfWorker(services))]
    for (const loop of loops) loop.start()
    await until(() => loops.every((loop) => loop.sinceLookMs() !== undefined))
    await Promise.all(loops.map((loop) => loop.stop()))
    await Promise.allSettled(jobs.map((job) => runByHand(services, job, new AbortController().signal)))
    note(await site.operator().get('/metrics', { Authorization: `Bearer ${metricsToken}` }))
  }

  test.each(table)('nothing is told by $path, asked anything in any way', async (route) => {
    const asked = fc.asyncProperty(anyRequest(route, parts), fc.boolean(), fc.nat(), async (request, known, turn) => {
      const { services, site } = worlds[turn % worlds.length]!
      const session = sessionCookies(services, shop.merchant, strangers[0])
      const cookies = session.map(([name, { value }]) => `${name}=${value}`).join('; ')
      answers.push(await sendAny(site.url, request, known ? cookies : undefined))
      expectNothingTold()
    })
    await fc.assert(asked, { numRuns: 36 })
  })

  /** In the others commands run in secrets.test.ts, or wait two seconds each for their Redis. */
  const forCommands = /quotes|database/

  test('nothing is told by a command', async () => {
    const { stock_id } = shop.world.stocks[0]!
    const lines = ['doctor demo', 'proof demo --json', `stock import demo ${stock_id}`, 'jobs', 'jobs run attempts']
    await inEachWorld(async ({ name, services: { config } }) => {
      if (!forCommands.test(name)) return
      const env = {
        DATABASE_URL: config.databaseUrl,
        REDIS_URL: config.redisUrls.join(),
        MASTER_KEY: config.masterKeys[0]!.toString('base64'),
        COOKIE_KEYS: config.cookieKeys[0],
        METRICS_TOKEN: config.metricsToken,
        WECHAT_API_URL: config.wechat.apiUrl,
        WECHAT_PAY_URL: config.wechat.payUrl,
      }
      for (const line of lines) await overheard.cli(line.split(' '), env)
    })
  })

  test('nothing is told by metrics', async () => {
    const metrics = [await registry.metrics()]
    expect(metrics.join()).toContain('paycoupon_http_seconds_count')
    expect([...secrets.foundIn(metrics), ...openids.foundIn(metrics)]).toEqual([])
  })

  test('the database knows its members, and no secret that is not sealed', async () => {
    const { db } = shop.services
    const dump = await dumpOf(db)
    expect(openids.foundIn(dump)).toEqual(['openid'])
    expect(secrets.foundIn(dump)).toEqual([])

    // Had one been written, as text or as bytes, the search would have found it.
    const leaking = await db.startTransaction().execute()
    await sql`create table leak as select decode(${carried.code}, 'escape') as bytes`.execute(leaking)
    await leaking.updateTable('merchants').set({ name: worldSecrets.serverToken }).execute()
    const found = secrets.foundIn(await dumpOf(leaking))
    await leaking.rollback().execute()
    expect(found.toSorted()).toEqual(['code', 'serverToken'])
  })

  test('a log without a mask would have told: all that was looked for was there to be found', () => {
    const { unmasked, printed } = overheard
    expect(printed.length).toBeGreaterThanOrEqual(unmasked.length)
    expect(openids.foundIn(unmasked)).toEqual(['openid'])
    expect(secrets.foundIn(unmasked)).toEqual(expect.arrayContaining(Object.keys(carried)))
    for (const form of formsOf(carried.encrypt_code)) expect(secrets.foundIn([`x${form}x`])).toEqual(['encrypt_code'])
  })
})
