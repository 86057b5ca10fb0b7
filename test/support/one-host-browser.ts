import { openCookieJar } from './cookie-jar.ts'

/** A page after every redirect. */
export type Page = { status: number; url: string; text: string }

/** A browser that follows redirects. Like a real one it does not tell a host's ports apart, and here all hosts are this machine. */
export type Browser = {
  get(url: string): Promise<Page>
  post(url: string, form: Record<string, string>): Promise<Page>
}

/** More than the login ever takes. */
const mostRedirects = 10

export function openBrowser(): Browser {
  const jar = openCookieJar()

  async function follow(url: string, init: RequestInit, redirects = 0): Promise<Page> {
    const headers = { Cookie: jar.header(new URL(url).pathname) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    response.headers.getSetCookie().forEach(jar.keep)
    const text = await response.text()
    const location = response.headers.get('location')
    if (!location || redirects === mostRedirects) return { status: response.status, url, text }
    return follow(new URL(location, url).href, {}, redirects + 1)
  }
  return {
    get: (url) => follow(url, {}),
    post: (url, form) => follow(url, { method: 'POST', body: new URLSearchParams(form) }),
  }
}
