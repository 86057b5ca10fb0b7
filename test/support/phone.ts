import { type CookieJar, openCookieJar } from './cookie-jar.ts'

/** A page as a phone got it: never followed by itself, so that a test sees each step. */
export type Seen = { status: number; headers: Headers; text: string; location: string; setCookies: string[] }

/** A browser with a cookie jar, which says that it is WeChat's. `host` is where paycoupon answers in this test. */
export type Phone = {
  get(pathOrUrl: string, headers?: Record<string, string>): Promise<Seen>
  post(
    path: string,
    form: Record<string, string> | URLSearchParams | FormData,
    headers?: Record<string, string>,
  ): Promise<Seen>
  cookies: CookieJar
  /** Another browser with the same cookies, as a repeated request would send them. */
  twin(): Phone
}

const weChatAgent =
  'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50(0x1800322f) Language/zh_CN'

function bodyOf(form: Parameters<Phone['post']>[1]): URLSearchParams | FormData {
  return form instanceof FormData ? form : new URLSearchParams(form)
}

export function openPhone(host: string, options: { agent?: string; cookies?: CookieJar } = {}): Phone {
  const cookies = options.cookies ?? openCookieJar()

  async function ask(pathOrUrl: string, init: RequestInit): Promise<Seen> {
    const { pathname, search } = new URL(pathOrUrl, host)
    const headers = {
      'User-Agent': options.agent ?? weChatAgent,
      Cookie: cookies.header(pathname),
      ...(init.headers as object),
    }
    const response = await fetch(host + pathname + search, { ...init, headers, redirect: 'manual' })
    const setCookies = response.headers.getSetCookie()
    setCookies.forEach(cookies.keep)
    const location = response.headers.get('location') ?? ''
    return { status: response.status, headers: response.headers, text: await response.text(), location, setCookies }
  }

  return {
    cookies,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, form, headers = {}) => ask(path, { method: 'POST', body: bodyOf(form), headers }),
    twin: () => openPhone(host, { ...options, cookies: cookies.copy() }),
  }
}
