import { expect, it, onTestFinished } from 'vitest'
import { openLog } from '../../../../src/plumbing/telemetry/log.ts'
import { applyMerchant } from '../../../../src/merchants/apply.ts'
import { merchantFile } from '../../../../sandbox/merchant-file.ts'
import { startSandbox } from '../../../../sandbox/sandbox.ts'
import { createWorld } from '../../../../sandbox/world.ts'
import type { Phone } from '../../../support/phone.ts'
import { openTestServices } from '../../../support/services.ts'
import { startSite } from '../../../support/site.ts'

const page = '/m/demo/coupons'

/** The whole application in front of the sandbox's WeChat, with everything it prints. */
async function aDemo() {
  const world = createWorld()
  const sandbox = await startSandbox({ port: 0, world })
  onTestFinished(() => sandbox.close())
  const printed: string[] = []
  const log = openLog('trace', { write: (line) => void printed.push(line) })
  const services = await openTestServices({ sandbox, log })
  onTestFinished(() => services[Symbol.asyncDispose]())
  await applyMerchant(services, merchantFile(world))
  const site = await startSite(services)
  onTestFinished(() => site[Symbol.asyncDispose]())
  const appSecret = (await services.catalog.merchant('demo'))?.officialAccount.appSecret.reveal() as string
  return { sandbox, services, site, printed, appSecret, openid: world.members[0]?.openid }
}

/** Follows the redirect to the sandbox's authorize page; the addresses it sends the browser back to. */
async function authorize(phone: Phone, path: string): Promise<string[]> {
  const asked = await phone.get(path)
  const answer = await fetch(asked.location, { redirect: 'manual' })
  const location = answer.headers.get('location')
  if (location) return [location]
  const found = [...(await answer.text()).matchAll(/(?:src|url)="?(http[^"\s>]+\/callback[^"\s>]+)/g)]
  return [...new Set(found.map(([, url]) => (url as string).replaceAll('&amp;', '&')))]
}

it('A member logs in through WeChat in front of the whole application', async () => {
  const { site, services, openid } = await aDemo()
  const phone = site.phone()
  const [back = ''] = await authorize(phone, page)
  const returned = await phone.get(back)
  expect(returned).toMatchObject({ status: 302, location: page })
  expect(returned.headers.get('cache-control')).toBe('no-store')
  expect(returned.headers.get('referrer-policy')).toBe('no-referrer')
  expect((await phone.get(page)).status).toBe(200)
  expect(await services.db.selectFrom('members').select('openid').execute()).toEqual([{ openid }])
})

it.each(['two_codes', 'same_code_twice'] as const)('%s: both callbacks lead to the page', async (fault) => {
  const { site, sandbox } = await aDemo()
  sandbox.control.setFault({ fault, times: 1 })
  const phone = site.phone()
  const backs = await authorize(phone, page)
  const [first = '', second = first] = backs
  const seen = await Promise.all([phone.get(first), phone.get(second)])
  expect(seen.map((one) => one.location)).toEqual([page, page])
  expect((await phone.get(page)).status).toBe(200)
})

it('Neither the AppSecret, nor a code, nor a cookie is ever logged', async () => {
  const { site, sandbox, printed, appSecret } = await aDemo()
  const faults = [undefined, 'snapshot', 'no_code', 'empty_body', 'reset_before', 'secret_wrong'] as const
  const onAuthorize = new Set<string | undefined>(['snapshot', 'no_code'])
  const codes: string[] = []
  for (const fault of faults) {
    sandbox.control.clearFaults()
    const phone = site.phone()
    if (fault && onAuthorize.has(fault)) sandbox.control.setFault({ fault })
    const [back = ''] = await authorize(phone, page)
    if (fault && !onAuthorize.has(fault)) sandbox.control.setFault({ fault, endpoint: 'oauth_exchange' })
    codes.push(new URL(back).searchParams.get('code') ?? '')
    await phone.get(back)
    codes.push(...[...phone.cookies].map(([, cookie]) => cookie.value))
  }
  const all = printed.join('\n')
  expect(all).toContain('OAuth exchange')
  for (const text of [appSecret, ...codes].filter((one) => one !== '')) expect(all.includes(text), text).toBe(false)
})

it('What WeChat appends to a card address is never logged, also not inside the address of the callback', async () => {
  const { site, sandbox, printed } = await aDemo()
  const phone = site.phone()
  const sealed = 'SEALED-CODE-0123456789'
  const asked = await phone.get(`/m/demo/card-opened?card_id=pX&encrypt_code=${sealed}&openid=oDemo6abcdefghij`)
  const redirectUri = new URL(asked.location).searchParams.get('redirect_uri') as string
  expect(openedTexts(redirectUri)).not.toMatch(/SEALED|oDemo6/)
  sandbox.control.setFault({ fault: 'reset_before', endpoint: 'oauth_exchange' })
  await phone.get(`${redirectUri}&code=c1&state=${new URL(asked.location).searchParams.get('state')}`)
  const all = printed.join('\n')
  expect(all).toContain('"/oauth/demo/callback"')
  expect(`${all} ${openedTexts(all)}`).not.toMatch(/SEALED|oDemo6/)
})

/** What the words of a text say when they are read as base64. */
function openedTexts(text: string): string {
  const words = text.match(/[\w+/-]{16,}/g) ?? []
  return words.map((word) => Buffer.from(word, 'base64url').toString()).join(' ')
}
