import { load } from 'cheerio'
import { createOperator } from '../../src/operators/create.ts'
import type { Offer } from '../../src/operators/memberships.ts'
import { everywhere } from '../../src/operators/rights/scope.ts'
import type { Services } from '../../src/services.ts'
import type { MovableClock } from './clock.ts'
import { codeOf, password } from './operators.ts'
import { type Phone, type Seen } from './phone.ts'
import { type Site } from './site.ts'

/** A browser at the console, with the person's authenticator at hand. */
export type ConsoleBrowser = {
  phone: Phone
  seed: string
  recoveryCodes: string[]
  /** An unused code: the clock goes on to the next step. */
  code(): string
  /** Sends the page's form to `action` with these fields, as a browser does. */
  submit(page: string, action: string, fields?: Record<string, string>): Promise<Seen>
}

type ServicesWithClock = Services & { clock: MovableClock }

/** Somebody who was made by the command, opened the link, set up the authenticator and is in. */
export async function consoleBrowser(
  services: ServicesWithClock,
  site: Site,
  email: string,
  offer: Partial<Offer> = {},
): Promise<ConsoleBrowser> {
  const token = await createOperator(services, { email, password, offer: { ...everywhere, role: 'owner', ...offer } })
  return setUp(services, site, `/console/link/${token}`, { password })
}

/** Goes from a link to the first page. */
export async function setUp(
  services: ServicesWithClock,
  site: Site,
  link: string,
  given: Record<string, string>,
): Promise<ConsoleBrowser> {
  const phone = site.browser()
  await submit(phone, link, link, given)
  const shown = await phone.get('/console/authenticator')
  const seed = load(shown.text)('code').first().text().replaceAll(' ', '')
  const code = () => {
    services.clock.advance(30_000)
    return codeOf(seed, services.clock.now())
  }
  await submit(phone, '/console/authenticator', '/console/authenticator', { code: code() })
  const sheet = load((await phone.get('/console/recovery-codes')).text)
  const recoveryCodes = sheet('li code')
    .toArray()
    .map((one) => sheet(one).text())
  await submit(phone, '/console/recovery-codes', '/console/recovery-codes', {})
  return { phone, seed, recoveryCodes, code, submit: (page, action, fields) => submit(phone, page, action, fields) }
}

/** The page is read first, for the token that every form of it has. */
export async function submit(
  phone: Phone,
  page: string,
  action: string,
  fields: Record<string, string> = {},
): Promise<Seen> {
  const token = tokenOf((await phone.get(page)).text)
  return phone.post(action, { _csrf: token, ...fields }, { Referer: `http://127.0.0.1${page}` })
}

/** Sends a form with files, each by the name of its field, to the page's own address. */
export async function upload(
  { phone }: Pick<ConsoleBrowser, 'phone'>,
  page: string,
  fields: Record<string, string>,
  files: { field: string; name: string; content: string | Uint8Array<ArrayBuffer> }[] = [],
): Promise<Seen> {
  const form = new FormData()
  form.set('_csrf', tokenOf((await phone.get(page)).text))
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const { field, name, content } of files) form.append(field, new Blob([content]), name)
  return phone.post(page, form, { Referer: `http://127.0.0.1${page}` })
}

/** The CSRF token of a page's forms. */
export function tokenOf(page: string): string {
  return /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

/** Signs in with password and code, and stays where that leads. */
export async function signIn(
  phone: Phone,
  email: string,
  code: string,
  field: Record<string, string> = {},
): Promise<Seen> {
  const half = await submit(phone, '/console/sign-in', '/console/sign-in', { email, password })
  if (half.status !== 303) return half
  return submit(phone, half.location, '/console/sign-in/code', { code, ...field })
}
