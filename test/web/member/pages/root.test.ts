import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import { demoAddresses, greetingOf } from '../../../../sandbox/demo-addresses.ts'
import type { Services } from '../../../../src/services.ts'
import { servicesOfFile } from '../../../support/services.ts'
import { startSite } from '../../../support/site.ts'

const services = await servicesOfFile({ redis: false })

/** The page at `/` under this configuration. */
async function rootUnder(changes: Partial<Services['config']>) {
  const config = { ...services.config, ...changes }
  await using site = await startSite({ ...services, config })
  const seen = await site.browser().get('/')
  return { status: seen.status, $: load(seen.text) }
}

describe('the root address', () => {
  it('leads to everything that npm start prints, in the same order', async () => {
    const addresses = demoAddresses('http://localhost:3000', 'http://localhost:3001')
    const { status, $ } = await rootUnder({ sandbox: { on: true, port: 3001, addresses } })
    expect(status).toBe(200)
    const links = $('a')
      .toArray()
      .map((link) => $(link).attr('href'))
    expect(links).toEqual(greetingOf(addresses).match(/http\S+/g))
    expect($('[lang=en]').text()).toContain('WeChat sandbox')
  })

  it('shows where to go and no link in production', async () => {
    const { status, $ } = await rootUnder({ production: true })
    expect(status).toBe(200)
    expect($('main').text()).toContain('请从公众号进入')
    expect($('a')).toHaveLength(0)
  })

  it('shows the same where the sandbox is off', async () => {
    const { $ } = await rootUnder({ sandbox: { on: false, port: 0 } })
    expect($('main').text()).toContain('请从公众号进入')
    expect($('a')).toHaveLength(0)
  })
})

describe('the greeting', () => {
  it('sets what each address shows in one column', () => {
    const lines = greetingOf(demoAddresses('http://localhost:3000', 'http://localhost:3001')).split('\n')
    expect(lines).toContain('  http://localhost:3000/m/demo/c/welcome     the claim link itself')
    expect(lines).toContain(
      '  http://localhost:3001/                     the phone: a chat in the Official Account, with its menu',
    )
    expect(lines.at(-1)).toBe('')
  })
})
