import { spawnSync } from 'node:child_process'
import { load } from 'cheerio'
import { describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { runCli } from '../../src/cli/run.ts'
import { setUp } from '../support/console.ts'
import { movableClock } from '../support/clock.ts'
import { password } from '../support/operators.ts'
import { shopOfFile } from '../support/shop.ts'

const clock = movableClock()
const shop = await shopOfFile({ clock })
const services = Object.assign(shop.services, { clock })
const { slug } = shop.merchant

function environment(more: Record<string, string> = {}): Record<string, string> {
  const { databaseUrl, redisUrls, masterKeys, cookieKeys } = services.config
  return {
    DATABASE_URL: databaseUrl ?? '',
    REDIS_URL: redisUrls.join(','),
    MASTER_KEY: masterKeys.map((key) => key.toString('base64')).join(','),
    COOKIE_KEYS: cookieKeys.join(','),
    SANDBOX: 'off',
    ...more,
  }
}

async function run(line: string, env = environment()) {
  const said = { out: '', err: '' }
  const code = await runCli(
    line.split(' '),
    { out: (text) => (said.out += text), err: (text) => (said.err += text) },
    env,
  )
  return { code, ...said }
}

/** As a process of its own, since the password comes from standard input. */
function create(line: string, input: string, env = environment()) {
  const args = ['--import', 'tsx', 'src/cli.ts', 'operator', 'create', ...line.split(' ')]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    input,
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  })
  return { code: status, out: stdout, err: stderr }
}

const linkIn = (text: string) => new URL(/https?:\/\/\S+\/console\/link\/[\w-]{43}/.exec(text)![0]).pathname

describe('operator create', () => {
  test('takes the password from standard input, and its link asks for it and sets up the authenticator', async () => {
    const { code, out, err } = create(`Lin@Example.com --role owner --merchant ${slug}`, `${password}\n`)
    expect([code, err]).toEqual([0, ''])
    expect(out).not.toContain(password)
    const link = linkIn(out)
    const page = load((await shop.site.browser().get(link)).text)
    expect(
      page('input:not([type=hidden])')
        .toArray()
        .map((one) => page(one).attr('name')),
    ).toEqual(['password'])
    const lin = await setUp(services, shop.site, link, { password })
    expect((await lin.phone.get('/console')).text).toContain(shop.merchant.name)
  })

  test.each([
    ['x@example.com --role owner', 'too short', 'password: must have at least 12 characters'],
    ['x@example.com --role owner', '', 'give the password as a line on standard input'],
    ['no-mail --role owner', password, 'email: must be an e-mail address'],
    ['lin@example.com --role owner', password, 'there is an operator with this e-mail already'],
    ['x@example.com --role owner --merchant nobody', password, 'there is no such merchant or provider number'],
    [`x@example.com --role provider --merchant ${slug}`, password, 'role provider needs --provider or no scope'],
  ])('refuses %s', (line, input, sentence) => {
    const { code, out, err } = create(line, input)
    expect([code, out, err]).toEqual([1, '', expect.stringContaining(sentence)])
  })

  test('makes nobody where the console is off', async () => {
    const { masterKeys } = services.config
    const production = environment({
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://quan.example.com',
      MASTER_KEY: masterKeys[0]!.toString('base64'),
    })
    const { code, err } = create('off@example.com --role viewer', password, production)
    expect([code, err]).toEqual([1, 'the console is off: set CONSOLE_URL first\n'])
    const found = await services.db
      .selectFrom('operators')
      .select('id')
      .where('email', '=', 'off@example.com')
      .execute()
    expect(found).toEqual([])
  })

  test.each([
    'x@example.com',
    'x@example.com --role boss',
    `x@example.com --role owner --merchant ${slug} --provider 1`,
  ])('of %s is wrong usage', async (line) => {
    expect((await run(`operator create ${line}`)).code).toBe(2)
  })
})

describe('operator invite', () => {
  test('prints a link at which the person joins, once', async () => {
    const { code, out } = await run('operator invite new@example.com --role provider --provider 1267388801 --json')
    expect(code).toBe(0)
    const said = JSON.parse(out) as { link: string }
    expect(said).toEqual({
      email: 'new@example.com',
      role: 'provider',
      merchant: null,
      provider: '1267388801',
      link: expect.any(String) as string,
    })
    const link = new URL(said.link).pathname
    const fresh = await setUp(services, shop.site, link, { password })
    expect((await fresh.phone.get('/console')).text).toContain('服务商号 1267388801')
    expect((await shop.site.browser().get(link)).status).toBe(404)
  })

  test('gives somebody who has an account the role at once', async () => {
    const { out } = await run(`operator invite lin@example.com --role viewer`)
    expect(out).toBe('lin@example.com has an account and is viewer of everything from now on\n')
    const again = await run(`operator invite lin@example.com --role viewer`)
    expect([again.code, again.err]).toEqual([1, 'this person has a role there already\n'])
  })

  test('is over after an hour', async () => {
    const link = linkIn((await run('operator invite late@example.com --role viewer')).out)
    clock.advance(61 * 60_000)
    expect((await shop.site.browser().get(link)).status).toBe(404)
  })
})

describe('operator reset', () => {
  test('prints a link at which the person begins again; of nobody it is refused', async () => {
    const { code, out } = await run('operator reset lin@example.com')
    expect(code).toBe(0)
    // The command's clock is the machine's.
    clock.advance(-61 * 60_000)
    const again = await setUp(services, shop.site, linkIn(out), { password: 'quite another password' })
    expect((await again.phone.get('/console')).status).toBe(200)
    expect((await run('operator reset nobody@example.com')).code).toBe(1)
  })
})

describe('audit verify', () => {
  test('finds the chain whole, and says where it is not', async () => {
    const whole = await run('audit verify')
    expect([whole.code, whole.out]).toEqual([
      0,
      expect.stringMatching(/^the chain of \d+ entries holds; the last hash is [0-9a-f]{64}\n$/),
    ])
    await sql`alter table audit_entries disable trigger all`.execute(services.db)
    await sql`update audit_entries set by = 'somebody else' where id = 2`.execute(services.db)
    const broken = await run('audit verify --json')
    expect([broken.code, JSON.parse(broken.out)]).toMatchObject([1, { ok: false, entries: 1, broken: 2 }])
  })
})
