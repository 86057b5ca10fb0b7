import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { aMerchant } from '../../../support/builders.ts'
import { aStage, backFrom, codesWorkOnce, isAuthorize, type Stage } from '../../../support/login-stage.ts'
import { openPhone, type Phone } from '../../../support/phone.ts'

/** The longest that WeChat is known to append to a landing page: a sealed code, a ticket and an outer_str. */
function aCardAddress(slug: string): string {
  const query = new URLSearchParams({
    card_id: 'pFS7Fjg8kV1IdDz01r4SQwMkuCKc',
    encrypt_code: randomBytes(120).toString('base64'),
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    outer_str: 'menu'.repeat(16),
    activate_ticket: randomBytes(60).toString('base64'),
  })
  return `/m/${slug}/card-opened?${query}`
}

/** What nginx, and many others, accept for one header line. */
const proxyLineBytes = 8_192

async function tenMerchants(stage: Stage): Promise<string[]> {
  const slugs = [stage.merchant.slug]
  while (slugs.length < 10) slugs.push((await aMerchant(stage.services)).slug)
  return slugs
}

/** The longest Cookie header that this phone sends to any address of these merchants. */
function longestHeader(phone: Phone, slugs: string[]): number {
  const addresses = slugs.flatMap((slug) => [
    `/m/${slug}/c/welcome`,
    `/m/${slug}/c/welcome/claims/resume`,
    `/m/${slug}/card-opened`,
    `/oauth/${slug}/callback`,
  ])
  return Math.max(...['/', ...addresses].map((path) => `Cookie: ${phone.cookies.header(path)}`.length))
}

it.each(['http://localhost:3000', 'https://h5.example.com'])(
  'At %s a browser that logs in at ten merchants, three times each, sends little to any of them',
  async (publicUrl) => {
    const stage = await aStage(codesWorkOnce(), { config: { publicUrl } })
    const phone = openPhone(stage.host)
    const slugs = await tenMerchants(stage)
    const given: string[] = []
    for (const slug of slugs) {
      const login = async (turn: number) => {
        const target = turn === 0 ? aCardAddress(slug) : `/m/${slug}/mine?from=menu${turn}`
        const asked = await phone.get(target)
        given.push(...asked.setCookies)
        return backFrom(asked)
      }
      const backs = [await login(0), await login(1), await login(2)]
      given.push(...(await phone.post(`/m/${slug}/c/welcome/claims`, {})).setCookies)
      const returned = await phone.get(backs[2]!(`code-${slug}`))
      given.push(...returned.setCookies)
      expect(returned.location).toBe(`/m/${slug}/mine?from=menu2`)
    }
    expect(Math.max(...given.map((cookie) => cookie.split(';')[0]!.length))).toBeLessThanOrEqual(1_024)
    expect(longestHeader(phone, slugs)).toBeLessThan(proxyLineBytes / 4)
    for (const slug of slugs) expect((await phone.get(`/m/${slug}/mine`)).status).toBe(200)
  },
)

it('What WeChat appends to a card address outlives the login, also with a second tab under way', async () => {
  const { host, merchant } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const addresses = [aCardAddress(merchant.slug), aCardAddress(merchant.slug)]
  const backs = []
  for (const address of addresses) backs.push(backFrom(await phone.get(address)))
  for (const [turn, back] of backs.entries()) {
    const { location } = await phone.get(back(`c${turn}`))
    const asked = new URL(addresses[turn]!, host).searchParams
    const led = new URL(location, host).searchParams
    for (const name of ['card_id', 'encrypt_code', 'activate_ticket', 'outer_str'])
      expect(led.get(name), name).toBe(asked.get(name))
  }
})

it('An address that no cookie can hold leads to its page', async () => {
  const { host, merchant } = await aStage(codesWorkOnce())
  const phone = openPhone(host)
  const back = backFrom(await phone.get(`/m/${merchant.slug}/mine?x=${'y'.repeat(2_000)}`))
  expect((await phone.get(back('c1'))).location).toBe(`/m/${merchant.slug}/mine`)
})

it("Another host of the same domain cannot plant its own visitor's session or login", async () => {
  const publicUrl = 'https://h5.example.com'
  const { host, merchant } = await aStage(codesWorkOnce(), { config: { publicUrl } })
  const [attacker, victim] = [openPhone(host), openPhone(host)]
  const page = `/m/${merchant.slug}/mine`
  const under = backFrom(await attacker.get(page))
  const plant = () => {
    for (const [name, cookie] of attacker.cookies)
      victim.cookies.keep(`${name}=${cookie.value}; path=${cookie.path}; domain=example.com; secure`)
  }
  plant()
  const seen = await victim.get(under('code-of-the-attacker'))
  expect(isAuthorize(seen)).toBe(true)
  await attacker.get(under('code-of-the-attacker'))
  expect((await attacker.get(page)).status).toBe(200)
  plant()
  expect(isAuthorize(await victim.get(page))).toBe(true)
})
