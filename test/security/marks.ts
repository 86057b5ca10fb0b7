import { sql } from 'kysely'
import type { Db } from '../../src/plumbing/storage/database.ts'
import type { SandboxShop } from '../support/shop.ts'

/** Values that must not be told, each by what it is: so that a failure can be read without showing one. */
export type Marks = {
  add(what: string, value: string): string
  count(): number
  /** What occurs in these texts, as it is or in another encoding. */
  foundIn(texts: string[]): string[]
}

export function openMarks(): Marks {
  const marks = new Map<string, { what: string; forms: string[] }>()
  return {
    add(what, value) {
      if (value.length < shortest) throw new Error(`${what} is too short to be searched for`)
      if (!marks.has(value)) marks.set(value, { what, forms: formsOf(value) })
      return value
    },
    count: () => marks.size,
    foundIn(texts) {
      const all = texts.join('\n')
      const found = [...marks.values()].filter(({ forms }) => forms.some((form) => all.includes(form)))
      return [...new Set(found.map(({ what }) => what))]
    },
  }
}

/** Chance would find something shorter. */
const shortest = 8

/** As it is, in JSON, in an address, in an address in an address, in hex, and in base64 wherever it begins. */
export function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const inAddress = encodeURIComponent(value)
  const base64 = [0, 1, 2].map((before) => {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    // The first and the last characters also depend on what stands beside the value.
    return shifted.replace(/=+$/, '').slice(before === 0 ? 0 : before + 1, -1)
  })
  const all = [value, JSON.stringify(value).slice(1, -1), inAddress, encodeURIComponent(inAddress)]
  const urlSafe = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  return [...new Set([...all, bytes.toString('hex'), ...base64, ...urlSafe])]
}

/** Every secret of a shop: the merchants' and the process's own. */
export function addSecretsOf({ world, services }: SandboxShop, marks: Marks): void {
  for (const { mchid, apiV3Key, apiV2Key, certificates } of world.accounts) {
    marks.add(`APIv3 key of ${mchid}`, apiV3Key)
    marks.add(`APIv2 key of ${mchid}`, apiV2Key)
    for (const { privateKey } of certificates) addPem(`private key of ${mchid}`, privateKey, marks)
  }
  for (const { slug, officialAccount, eventsSecret } of world.merchants) {
    marks.add(`AppSecret of ${slug}`, officialAccount.appSecret)
    marks.add(`message token of ${slug}`, officialAccount.messageToken)
    marks.add(`EncodingAESKey of ${slug}`, officialAccount.encodingAesKey)
    marks.add(`events secret of ${slug}`, eventsSecret.replace('whsec_', ''))
  }
  const { masterKeys, cookieKeys, metricsToken } = services.config
  for (const key of masterKeys) {
    marks.add('MASTER_KEY', key.toString('base64'))
    marks.add('MASTER_KEY', key.toString('hex'))
  }
  for (const key of cookieKeys) marks.add('COOKIE_KEYS', key)
  if (metricsToken !== undefined) marks.add('METRICS_TOKEN', metricsToken)
}

function addPem(what: string, pem: string, marks: Marks): void {
  const lines = pem.split('\n').filter((line) => line.length > 40 && !line.startsWith('---'))
  for (const line of lines) marks.add(what, line)
}

/** All that the database holds, a text per row; bytes are in hex. */
export async function dumpOf(db: Db): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db)
  const dump: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(db)
    dump.push(...rows.map(({ row }) => row))
  }
  return dump
}
