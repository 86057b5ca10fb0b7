import { expect, test } from 'vitest'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { applicationOf } from '../../src/onboarding/application.ts'
import { applicationMail } from '../../src/onboarding/application-mail.ts'
import { keepByHand } from '../../src/onboarding/keep.ts'
import { aMerchant, senderOf } from '../support/builders.ts'
import { servicesOfFile } from '../support/services.ts'

const services = await servicesOfFile({ redis: false })
const { db } = services
const settings = { mailTo: ['a@example.com', 'b@example.com'], company: undefined, reason: '用于会员活动' }

async function mailFor(merchants: Merchant[], changed: Partial<typeof settings> | { company: string } = {}) {
  const { applicants } = await applicationOf(db, merchants)
  return applicationMail(applicants, { ...settings, ...changed })
}

const named = (merchant: Merchant, name: string): Merchant => ({ ...merchant, name })

test('the mail names every number once', async () => {
  const [one, two] = [named(await aMerchant(services), '甲店'), named(await aMerchant(services), '乙店')]
  const mail = await mailFor([one, two, { ...one, name: '甲店' }])
  expect(mail.to).toEqual(settings.mailTo)
  expect(mail.subject).toBe('【跨商户号发券申请】甲店等2家商户')
  expect(mail.body).toContain('申请原因：用于会员活动')
  for (const number of ['1267388801', senderOf(one).mchid, senderOf(two).mchid]) {
    expect(mail.body.split(number)).toHaveLength(2)
  }
  expect(mail.attachment.split('\r\n')).toEqual([
    '\uFEFF商户名称,制券商户号,发券商户号,AppID',
    `甲店,1267388801,${senderOf(one).mchid},${one.officialAccount.appid}`,
    `乙店,1267388801,${senderOf(two).mchid},${two.officialAccount.appid}`,
    '',
  ])
})

test('a number that two merchants share is one row with both names', async () => {
  const one = named(await aMerchant(services), '甲店')
  const two = { ...named(await aMerchant(services), '乙店'), accounts: one.accounts }
  const { applicants } = await applicationOf(db, [one, two])
  expect(applicants).toMatchObject([
    { sender: senderOf(one).mchid, names: ['甲店', '乙店'], slugs: [one.slug, two.slug], creators: ['1267388801'] },
  ])
})

test('the company of the subject is the merchant, or the one that the settings name', async () => {
  const merchant = named(await aMerchant(services), '甲店')
  expect((await mailFor([merchant])).subject).toBe('【跨商户号发券申请】甲店')
  expect((await mailFor([merchant], { company: '某服务商有限公司' })).subject).toBe(
    '【跨商户号发券申请】某服务商有限公司',
  )
})

test("a merchant's name cannot run in the reader's spreadsheet", async () => {
  const merchant = named(await aMerchant(services), '=HYPERLINK("http://x")')
  expect((await mailFor([merchant])).attachment).toContain(`"'=HYPERLINK(""http://x"")",1267388801`)
})

test('numbers that have the permission are left out, unless all have it', async () => {
  const [one, two] = [await aMerchant(services), await aMerchant(services)]
  const grant = (merchant: Merchant) =>
    keepByHand(services, merchant.id, { step: 4, state: 'granted', day: '20261101', by: 'command line' })
  await grant(one)
  const some = await applicationOf(db, [one, two])
  expect(some.applicants.map(({ sender }) => sender)).toEqual([senderOf(two).mchid])
  expect(some.leftOut.map(({ sender }) => sender)).toEqual([senderOf(one).mchid])
  await grant(two)
  const all = await applicationOf(db, [one, two])
  expect(all.applicants).toHaveLength(2)
  expect(all.leftOut).toEqual([])
})

test('a merchant without a provider or without a sender is refused by its name', async () => {
  const merchant = await aMerchant(services)
  const only = (role: string) => ({
    ...merchant,
    accounts: merchant.accounts.filter((account) => account.role === role),
  })
  await expect(applicationOf(db, [only('sender'), only('provider')])).rejects.toThrow(
    `merchant ${merchant.slug} (优购小店) has no provider number in its merchant file\n` +
      `merchant ${merchant.slug} (优购小店) has no sender number in its merchant file`,
  )
})
