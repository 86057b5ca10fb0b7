import { expect, it } from 'vitest'
import { aMerchant } from '../../support/builders.ts'
import { startLoginSite } from '../../support/login-site.ts'
import { openPhone } from '../../support/phone.ts'
import { openTestServices } from '../../support/services.ts'

it("WeChat finds each merchant's verification file at the root, as plain text", async () => {
  await using services = await openTestServices({ redis: false })
  await using site = await startLoginSite(services)
  const [one, other] = [await aMerchant(services), await aMerchant(services)]
  for (const [merchant, text] of [
    [one, 'abc123'],
    [other, 'Zx9'],
  ] as const) {
    const files = JSON.stringify({ [`MP_verify_${text}.txt`]: text })
    await services.db
      .updateTable('merchants')
      .set({ domain_verification: files })
      .where('id', '=', merchant.id)
      .execute()
  }
  const phone = openPhone(site.url)
  for (const text of ['abc123', 'Zx9']) {
    const seen = await phone.get(`/MP_verify_${text}.txt`)
    expect([seen.status, seen.text, seen.headers.get('content-type')]).toEqual([200, text, 'text/plain; charset=utf-8'])
  }
  for (const path of [
    '/MP_verify_none.txt',
    '/MP_verify_a-b.txt',
    '/MP_verify_%22.txt',
    `/MP_verify_${'a'.repeat(65)}.txt`,
  ]) {
    expect((await phone.get(path)).status, path).toBe(404)
  }
})
