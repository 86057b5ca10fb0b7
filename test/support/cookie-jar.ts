export type Cookie = { value: string; path: string }

/**
 * The cookies of one browser: each is sent to addresses at or below its path, ends when it expires, and two with one name
 * live side by side under different paths. Cookies of all hosts are together, and those for https go out as well: the
 * tests have one host, and no proxy that ends TLS.
 */
export type CookieJar = Iterable<[name: string, cookie: Cookie]> & {
  /** Takes a Set-Cookie header as a browser would; one that breaks the rules of its name's prefix is dropped. */
  keep(setCookie: string): void
  /** The Cookie header of a request for this path. */
  header(pathname: string): string
  /** The first one of that name; `path` tells apart those with one name. */
  get(name: string, path?: string): Cookie | undefined
  has(name: string): boolean
  set(name: string, cookie: Cookie): void
  /** Of every path. */
  delete(name: string): void
  copy(): CookieJar
}

export function openCookieJar(cookies: Iterable<[string, Cookie]> = []): CookieJar {
  const kept = new Map<string, { name: string; cookie: Cookie }>()
  const keyOf = (name: string, path: string) => `${name} ${path}`
  const named = (name: string) => [...kept.values()].filter((one) => one.name === name).map(({ cookie }) => cookie)

  const jar: CookieJar = {
    keep(setCookie) {
      const [pair = '', ...attributes] = setCookie.split('; ')
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      const attribute = (key: string) =>
        attributes.find((one) => one.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1)
      const path = attribute('path') ?? '/'
      const isSecure = attributes.some((one) => /^secure$/i.test(one))
      if (name.startsWith('__Host-') && (path !== '/' || !isSecure || attribute('domain') !== undefined)) return
      const hasEnded =
        Number(attribute('max-age') ?? 1) <= 0 || Date.parse(attribute('expires') ?? '9999') <= Date.now()
      if (hasEnded) kept.delete(keyOf(name, path))
      else jar.set(name, { value, path })
    },
    header(pathname) {
      const sent = [...jar].filter(
        ([, { path }]) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')),
      )
      return sent.map(([name, { value }]) => `${name}=${value}`).join('; ')
    },
    get: (name, path) => named(name).find((cookie) => path === undefined || cookie.path === path),
    has: (name) => named(name).length > 0,
    set: (name, cookie) => void kept.set(keyOf(name, cookie.path), { name, cookie }),
    delete: (name) => named(name).forEach(({ path }) => kept.delete(keyOf(name, path))),
    copy: () => openCookieJar(jar),
    [Symbol.iterator]: () => [...kept.values()].map(({ name, cookie }): [string, Cookie] => [name, cookie]).values(),
  }
  for (const [name, cookie] of cookies) jar.set(name, { ...cookie })
  return jar
}
