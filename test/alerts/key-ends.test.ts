import { X509Certificate } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCertificate } from '../../sandbox/certificate.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { watchKeyEnds } from '../../src/alerts/watch-key-ends.ts'
import { activeWarnings } from '../../src/alerts/warnings.ts'
import { examine } from '../../src/doctor/examine.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import { certificateStore } from '../../src/merchants/certificate-store.ts'
import { dayMs } from '../../src/plumbing/clock.ts'
import { stillClock } from '../support/clock.ts'
import { runNow } from '../support/jobs.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

async function aShop(keyMode: 'certificate' | 'public_key') {
  const clock = stillClock()
  const shop = await openShop({ wechat: 'sandbox', clock, world: { keyMode } })
  onTestFinished(() => shop[Symbol.asyncDispose]())
  const file = merchantFile(shop.world) as { accounts: Record<string, unknown>[] }
  /** The sender's certificate ends then; its number stays. */
  async function renew(endsAt: Date) {
    const from = new Date(endsAt)
    from.setUTCFullYear(from.getUTCFullYear() - 5)
    const { mchid } = shop.merchant.accounts[0]!
    const { certificate, privateKey, serialNo } = createCertificate({ commonName: mchid, from })
    Object.assign(file.accounts[0]!, { certificate, private_key: privateKey, serial_no: serialNo })
    clock.advance(1)
    await applyMerchant(shop.services, file)
  }
  return { shop, clock, renew }
}

const look = ({ services }: SandboxShop) => runNow(services, 'key-ends')
const words = async ({ services, merchant }: SandboxShop) =>
  (await activeWarnings(services.db, merchant.id)).map(({ kind, subject, facts }) => [kind, subject, facts.days])
const told = async ({ services }: SandboxShop) =>
  (await services.db.selectFrom('notices').select(['words', 'by', 'mailed_at']).orderBy('id').execute()).map(
    (row) => row.words,
  )

describe.each(['certificate', 'public_key'] as const)('in %s mode', (keyMode) => {
  test("a merchant certificate's end is told 60, 30, 14, 7 and 1 days ahead and when it came, once each, and is gone when it was replaced", async () => {
    const { shop, clock, renew } = await aShop(keyMode)
    const { mchid } = shop.merchant.accounts[0]!
    const end = Math.ceil(clock.now().getTime() / 1000) * 1000 + 61 * dayMs
    await renew(new Date(end))
    await look(shop)
    expect(await words(shop)).toEqual([])

    for (const [index, ahead] of [60, 30, 14, 7, 1].entries()) {
      clock.advance(end - ahead * dayMs - clock.now().getTime())
      await Promise.all(
        [1, 2].map(() => watchKeyEnds(shop.services, { signal: new AbortController().signal } as never)),
      )
      await look(shop)
      expect(await words(shop)).toEqual([['certificate_ends', mchid, ahead]])
      expect(await told(shop)).toHaveLength(index + 1)
      expect((await told(shop)).at(-1)).toContain(`${mchid} 的 API 证书将于`)
    }
    clock.advance(dayMs)
    await look(shop)
    expect(await words(shop)).toEqual([['certificate_ended', mchid, 0]])
    expect(await told(shop)).toHaveLength(6)

    await renew(new Date(end + 900 * dayMs))
    expect(await words(shop)).toEqual([])
    await look(shop)
    expect(await words(shop)).toEqual([])
    expect(await told(shop)).toHaveLength(6)
  })
})

test('a certificate that is first seen near its end is told of once, and the doctor names it with its cure', async () => {
  const { shop, clock, renew } = await aShop('certificate')
  await renew(new Date(clock.now().getTime() + 20 * dayMs))
  await look(shop)
  expect(await told(shop)).toHaveLength(1)
  const findings = await examine(shop.services, shop.merchant)
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'warnings',
      ok: true,
      message: expect.stringContaining('API 证书将于') as string,
      cure: expect.stringContaining('申请新证书') as string,
    }),
  )
})

test("the last of WeChat's platform certificates is told of before its end, and a newer one or the public key ends that", async () => {
  const { shop, clock } = await aShop('certificate')
  const { services, merchant, sandbox } = shop
  const account = merchant.accounts[0]!
  expect((await services.pay(account).call({ method: 'GET', path: '/v3/certificates' })).kind).toBe('ok')
  const [only] = shop.world.platform.certificates
  const { validTo } = new X509Certificate(only!.certificate)
  clock.advance(Date.parse(validTo) - 25 * dayMs - clock.now().getTime())
  await look(shop)
  const mine = async () =>
    (await words(shop)).filter(([kind, subject]) => kind !== 'certificate_ends' && subject === account.mchid)
  expect(await mine()).toEqual([['platform_certificate_ends', account.mchid, 25]])

  sandbox.control.rotatePlatformCertificate()
  const newest = shop.world.platform.certificates.at(-1)!
  await certificateStore(services.db, account.id).save([
    {
      serialNo: newest.serialNo,
      certificate: newest.certificate,
      effectiveAt: new Date(newest.beginsAt),
      expiresAt: new Date(newest.endsAt),
    },
  ])
  await look(shop)
  expect(await mine()).toEqual([])
})
