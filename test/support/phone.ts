/** A page as a phone got it: never followed by itself, so that a test sees each step. */
export type Seen = { status: number; headers: Headers; text: string; location: string; setCookies: string[] }

type Cookie = { value: string; path: string }

/** A browser with a cookie jar, which says that it is WeChat's. `host` is where paycoupon answers in this test. */
export type Phone = {
  get(pathOrUrl: string, headers?: Record<string, string>): Promise<Seen>
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Seen>
  cookies: Map<string, Cookie>
  /** Another browser with the same cookies, as a repeated request would send them. */
  twin(): Phone
}

const weChatAgent =
  'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50(0x1800322f) Language/zh_CN'

export function openPhone(host: string, options: { agent?: string; cookies?: Map<string, Cookie> } = {}): Phone {
  const cookies = options.cookies ?? new Map<string, Cookie>()

  async function ask(pathOrUrl: string, init: RequestInit): Promise<Seen> {
    const { pathname, search } = new URL(pathOrUrl, host)
    const headers = {
      'User-Agent': options.agent ?? weChatAgent,
      Cookie: cookieHeader(pathname),
      ...(init.headers as object),
    }
    const response = await fetch(host + pathname + search, { ...init, headers, redirect: 'manual' })
    const setCookies = response.headers.getSetCookie()
    setCookies.forEach(keep)
    const location = response.headers.get('location') ?? ''
    return { status: response.status, headers: response.headers, text: await response.text(), location, setCookies }
  }

  function cookieHeader(pathname: string): string {
    const sent = [...cookies].filter(
      ([, { path }]) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')),
    )
    return sent.map(([name, { value }]) => `${name}=${value}`).join('; ')
  }

  function keep(setCookie: string): void {
    const [pair = '', ...attributes] = setCookie.split('; ')
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ?? '/'
    cookies.set(pair.slice(0, pair.indexOf('=')), { value: pair.slice(pair.indexOf('=') + 1), path })
  }

  return {
    cookies,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, form, headers = {}) => ask(path, { method: 'POST', body: new URLSearchParams(form), headers }),
    twin: () => openPhone(host, { ...options, cookies: new Map(cookies) }),
  }
}
