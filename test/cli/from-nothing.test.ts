import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { createWorld, openidOf } from '../../sandbox/world.ts'
import { runCli } from '../../src/cli/run.ts'
import { readConfig } from '../../src/plumbing/config/config.ts'
import { createTestDatabase } from '../support/database.ts'
import { openPhone } from '../support/phone.ts'
import { formOf, logIn, startSite } from '../support/site.ts'
import { openTestServices } from '../support/services.ts'

const dayMs = 86_400_000
const at = (days: number) => new Date(Date.now() + days * dayMs).toISOString()

/** An installation that has nothing: an empty database, and a WeChat at which neither number has anything. */
async function anEmptyInstallation() {
  const directory = mkdtempSync(join(tmpdir(), 'paycoupon-from-nothing-'))
  const world = createWorld({ bare: true, slugs: ['shop'] })
  const sandbox = await startSandbox({ port: 0, world })
  const database = await createTestDatabase()
  const env = {
    DATABASE_URL: database.url,
    DATA_DIR: directory,
    WECHAT_OPEN_URL: sandbox.url,
    WECHAT_API_URL: sandbox.url,
    WECHAT_PAY_URL: sandbox.url,
  }
  return {
    world,
    sandbox,
    config: () => readConfig(env),
    /** What a person types; a refusal must be asked for. */
    async run(args: string[], code = 0): Promise<string> {
      let text = ''
      const keep = (more: string) => (text += more)
      expect(await runCli(args, { out: keep, err: keep }, env), text).toBe(code)
      return text
    },
    /** What a person does in one of WeChat's platforms. */
    async act<T = object>(name: string, input: object): Promise<T> {
      const init = { method: 'POST', body: JSON.stringify(input) }
      const answer = await fetch(`${sandbox.url}/sandbox/control/platform/${name}`, init)
      if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`)
      return (await answer.json()) as T
    },
    file(name: string, content: unknown): string {
      const path = join(directory, name)
      writeFileSync(path, JSON.stringify(content))
      return path
    },
    async [Symbol.asyncDispose]() {
      await sandbox.close()
      await database.drop()
      rmSync(directory, { recursive: true })
    },
  }
}

type Installation = Awaited<ReturnType<typeof anEmptyInstallation>>

/** The state of the twelve steps, as `doctor` shows them. */
async function stepsOf({ run }: Installation, code: number): Promise<Map<string, { ok: boolean; message: string }>> {
  const findings = JSON.parse(await run(['doctor', 'shop', '--json'], code)) as {
    check: string
    ok: boolean
    message: string
  }[]
  return new Map(findings.filter(({ check }) => check.startsWith('step_')).map((one) => [one.check.slice(5), one]))
}

async function merchantFileNow({ sandbox }: Installation): Promise<unknown> {
  return (await fetch(`${sandbox.url}/sandbox/control/merchants/shop/file`)).json()
}

/** A member opens the link and taps; the page that follows. */
async function tapOf({ config, sandbox, world }: Installation, member: string): Promise<string> {
  await using services = await openTestServices({ sandbox, redis: false, config: config() })
  await using site = await startSite(services)
  const merchant = (await services.catalog.merchant('shop'))!
  const phone = openPhone(site.url)
  logIn(phone, services, merchant, openidOf(world.merchants[0]!.officialAccount, member))
  const form = formOf((await phone.get('/m/shop/c/welcome')).text)
  const claimed = await phone.post('/m/shop/c/welcome/claims', form)
  return (await phone.get(claimed.location)).text
}

test.each(['certificate', 'public_key'] as const)(
  'from an empty install to a coupon by the twelve steps, with WeChat’s %s: by commands here, by hand at WeChat',
  { timeout: 60_000 },
  async (keyMode) => {
    await using here = await anEmptyInstallation()
    const { run, act, file, world } = here
    const [mchid = '', provider = ''] = world.merchants[0]!.mchids
    const { appid } = world.merchants[0]!.officialAccount
    expect(await run(['doctor', 'shop'], 1)).toContain('npm run migrate')
    await run(['migrate'])
    expect(await run(['doctor', 'shop'], 1)).toBe('there is no merchant shop\n')

    // 1 and 2: the provider opens the product and links its own appid.
    await act('open-product', { mchid: provider, product: 'prefunded' })
    await act('link-own-appid', { mchid: provider })

    // 6 to 8: certificates and keys, for both, and the merchant file.
    for (const number of [mchid, provider]) {
      await act('make-certificate', { mchid: number })
      await act('set-api-v3-key', { mchid: number, key: randomBytes(16).toString('hex') })
      await act('set-key-mode', { mchid: number, mode: keyMode })
    }
    const merchantFile = file('merchant.json', await merchantFileNow(here))
    expect(await run(['merchant', 'apply', merchantFile])).toContain('merchant shop: created')

    // 3 is not done yet: doctor says so, with the cure.
    const early = await stepsOf(here, 1)
    expect(early.get('03')).toMatchObject({ ok: false, message: expect.stringContaining('没有关联') as string })
    expect([...early].filter(([, { ok }]) => !ok).map(([step]) => step)).toEqual(['03'])
    await act('ask-appid', { mchid, appid })
    await act('answer-appid', { mchid, appid, answer: 'confirm' })
    expect((await stepsOf(here, 0)).get('03')).toMatchObject({ ok: true })

    // 4: the mail names both numbers; it is sent by hand and answered by WeChat.
    const mail = await run(['merchant', 'application', 'shop'])
    expect(mail).toContain('跨商户号发券申请')
    expect(mail).toContain(mchid)
    expect(mail).toContain(provider)
    const application = { creator: provider, senders: [mchid], reason: '会员开卡与消费奖励' }
    const { id } = await act<{ id: string }>('file-application', application)
    await run(['merchant', 'step', 'shop', '4', '--state', 'asked', '--on', at(-1).slice(0, 10)])
    expect((await stepsOf(here, 0)).get('04')!.message).toContain('已申请')
    await act('answer-application', { id, answer: 'grant' })
    await run(['merchant', 'step', 'shop', 'cross_merchant', '--state', 'granted', '--on', at(-1).slice(0, 10)])

    // 9: the call cannot name the senders, so the command prints what to fill in.
    const plan = {
      stock_name: '满30减10元券',
      belong_merchant: provider,
      available_begin_time: at(0.001),
      available_end_time: at(30),
      stock_use_rule: {
        max_coupons: 100,
        max_amount: 100_000,
        max_coupons_per_user: 2,
        natural_person_limit: false,
        prevent_api_abuse: false,
      },
      coupon_use_rule: {
        fixed_normal_coupon: { coupon_amount: 1_000, transaction_minimum: 3_000 },
        goods_tag: ['MUTEX_STORE', 'NO_MUTEX_STORE'],
        available_merchants: [mchid],
      },
      no_cash: false,
      stock_type: 'NORMAL',
    }
    const planned = file('stock.json', plan)
    expect(await run(['stock', 'create', 'shop', planned, '--dry-run'])).toContain(`可发券商户：${mchid}`)
    expect(await run(['stock', 'create', 'shop', planned], 1)).toContain('填写单')
    const made = await act<{ stock_id: string }>('make-stock', {
      creator: provider,
      name: plan.stock_name,
      no_cash: false,
      amount: 1_000,
      threshold: 3_000,
      total: 100,
      per_member: 2,
      begins_at: at(-1),
      ends_at: plan.available_end_time,
      senders: [mchid],
      goods_tag: plan.coupon_use_rule.goods_tag,
    })
    expect(await run(['doctor', 'shop', '--stock', made.stock_id], 1)).toContain('unactivated')

    // 10: with the provider's keys, once there is money.
    expect(await run(['stock', 'activate', 'shop', made.stock_id], 1)).toMatch(/balance|余额/)
    await act('top-up', { mchid: provider, amount: 100_000 })
    expect(await run(['stock', 'activate', 'shop', made.stock_id])).toContain('running')

    // 11 and 12.
    await run(['stock', 'import', 'shop', made.stock_id])
    const campaign = {
      slug: 'welcome',
      kind: 'link',
      title: '新客专享券',
      starts_at: at(-1),
      ends_at: at(20),
      coupons: [{ stock_id: made.stock_id, count: 1 }],
      limits: { per_member: 1, total: 100 },
      channel: 'store',
      stackable: true,
      state: 'published',
    }
    await run(['campaign', 'apply', 'shop', file('campaign.json', campaign)])
    expect(await tapOf(here, 'xiaohong')).toContain('已到账')
    expect(here.sandbox.control.coupons()).toHaveLength(1)

    const last = await stepsOf(here, 0)
    expect([...last.keys()]).toHaveLength(12)
    expect([...last.values()].every(({ ok }) => ok)).toBe(true)
    expect(last.get('04')!.message).toContain('已完成')
    for (const { message } of last.values()) expect(message).not.toContain('未确认')
    expect(last.get('05')!.message).toContain('不需要')
    expect(await run(['proof', 'shop'])).toContain('1')
  },
)
