import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { load } from 'cheerio'
import { afterAll, describe, expect, it } from 'vitest'
import type { Config } from '../../../src/plumbing/config/config.ts'
import { openTestServices } from '../../support/services.ts'
import { type Site, startSite } from '../../support/site.ts'

const services = await openTestServices({ redis: false })
afterAll(() => services[Symbol.asyncDispose]())

/** The site with another configuration. */
const siteWith = (config: Partial<Config>): Promise<Site> =>
  startSite({ ...services, config: { ...services.config, ...config } })

/** The style that stands in a page. */
const styleOf = (page: string): string => /<style>([^<]*)<\/style>/.exec(page)?.[1] ?? ''

const production = { production: true, publicUrl: 'https://quan.example.com' }

describe('a page of the console', () => {
  it('has a policy without inline script, and with no style but its own by its hash, and is kept by nobody', async () => {
    await using site = await siteWith({})
    const { text } = await site.browser().get('/console/_ui')
    const style = `sha256-${createHash('sha256').update(styleOf(text)).digest('base64')}`
    for (const path of ['/console/_ui', '/console/none', '/console', '/console/%00']) {
      const { headers } = await site.browser().get(path)
      expect(headers.get('content-security-policy')).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self' '${style}'; img-src 'self' data:; connect-src 'self'; ` +
          "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      )
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
    }
  })

  it('comes compressed to a browser that takes it, and whole to one that does not', async () => {
    await using site = await siteWith({})
    const ask = (encoding: string) => fetch(`${site.url}/console/_ui`, { headers: { 'Accept-Encoding': encoding } })
    const [zipped, plain] = await Promise.all(['gzip', 'identity'].map(ask))
    expect([zipped, plain].map((one) => one!.headers.get('content-encoding'))).toEqual(['gzip', null])
    expect([zipped, plain].map((one) => one!.headers.get('vary'))).toEqual(['Accept-Encoding', 'Accept-Encoding'])
    const bytes = Number(zipped!.headers.get('content-length'))
    const text = await zipped!.text()
    expect(bytes).toBeLessThan(text.length / 3)
    expect(text).toContain('</html>')
    expect((await plain!.text()).length).toBe(text.length)
  })

  it('has one style of at most 15 kB in it, and loads one script, which may be kept for ever', async () => {
    await using site = await siteWith({})
    const page = await site.browser().get('/console/_ui')
    expect(gzipSync(styleOf(page.text)).length).toBeLessThanOrEqual(15_000)
    const paths = [...page.text.matchAll(/\/assets\/console[.\w]+/g)].map(([path]) => path)
    expect(paths).toEqual([expect.stringMatching(/^\/assets\/console\.[0-9a-f]{12}\.js$/)])
    const file = await site.browser().get(paths[0]!)
    expect([file.status, file.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
    expect(gzipSync(file.text).length).toBeLessThanOrEqual(15_000)
  })

  it('has no other style, no handler and no inline script', async () => {
    await using site = await siteWith({})
    const { text } = await site.browser().get('/console/_ui')
    expect(text.replace(`<style>${styleOf(text)}</style>`, '')).not.toMatch(/\son\w+=|\sstyle=|javascript:|<style/)
    expect(text.match(/<script[^>]*>(?!<\/script>)/)).toBeNull()
  })

  it.each(['/console/_ui', '/console/_ui?show=bare'])(
    '%s has its markup whole: no text of a part ends an attribute',
    async (path) => {
      await using site = await siteWith({})
      const { text } = await site.browser().get(path)
      const $ = load(text)
      const names = $('*')
        .get()
        .flatMap((element) => Object.keys('attribs' in element ? element.attribs : {}))
      expect(names.length).toBeGreaterThan(10)
      expect(names.filter((name) => !/^[a-z][a-zA-Z0-9:-]*$/.test(name))).toEqual([])
    },
  )

  it('that does not exist says so in words of the console, and to a program in JSON', async () => {
    await using site = await siteWith({})
    const seen = await site.browser().get('/console/none')
    expect([seen.status, seen.text]).toEqual([404, expect.stringContaining('<h1>页面不存在</h1>')])
    expect(seen.text).toContain('商户云后台')
    const program = await site.browser().get('/console/none', { Accept: 'application/json' })
    expect(JSON.parse(program.text)).toMatchObject({ message: 'no such address' })
  })
})

describe('where the console is off', () => {
  it.each(['/console', '/console/', '/console/_ui', '/CONSOLE/_UI', '/console/login'])(
    '%s is as unknown as any other address',
    async (path) => {
      await using site = await siteWith({ ...production, consoleUrl: undefined })
      const [seen, unknown] = [await site.browser().get(path), await site.browser().get('/nowhere')]
      const told = ({ headers, text, status }: typeof seen) => [
        status,
        text.replace(/nonce="[^"]+"/g, ''),
        headers.get('content-security-policy')?.replace(/nonce-[\w-]+/, ''),
      ]
      expect(told(seen)).toEqual(told(unknown))
      expect(seen.text).not.toContain('后台')
    },
  )
})

describe('a console with a host of its own', () => {
  it('answers under that name, and at no other', async () => {
    await using site = await siteWith({ consoleUrl: 'http://127.0.0.1/console' })
    expect((await site.browser().get('/console/_ui')).status).toBe(200)
    await using other = await siteWith({ consoleUrl: 'http://console.example.com/console' })
    const seen = await other.browser().get('/console/_ui')
    expect([seen.status, seen.text]).toEqual([404, expect.not.stringContaining('后台')])
  })
})

it('the kit of parts is not shown in production', async () => {
  await using site = await siteWith({ ...production, consoleUrl: 'https://quan.example.com/console' })
  expect((await site.browser().get('/console/_ui')).status).toBe(404)
})
