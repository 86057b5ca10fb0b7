import { type RawBuilder, sql } from 'kysely'

/**
 * The names of the scopes of each kind of limit; they are built only here. A part with a colon is replaced by a fact:
 * the id of the campaign or stock, the member's mark (members/member-mark.ts), the Beijing day as 20261123, or the
 * tier's `at_least`. Facts contain no slash.
 */
const paths = {
  per_member: ['campaign', ':campaign', 'member', ':mark'],
  per_member_per_day: ['campaign', ':campaign', 'member', ':mark', ':day'],
  tier: ['campaign', ':campaign', 'tier', ':tier'],
  total: ['campaign', ':campaign', 'total'],
  per_day: ['campaign', ':campaign', 'day', ':day'],
  stock: ['stock', ':stock', 'member', ':mark'],
} as const

export type ScopeKind = keyof typeof paths
export type Fact = 'campaign' | 'stock' | 'mark' | 'day' | 'tier'

/** The facts in the scope names of a kind. */
type FactOf<K extends ScopeKind> = (typeof paths)[K][number] extends infer Part
  ? Part extends `:${infer F extends Fact}`
    ? F
    : never
  : never
type Facts<K extends ScopeKind, V> = Record<FactOf<K>, V>
type Parts = { kind: ScopeKind; facts: Partial<Record<Fact, unknown>> }

/** Returns the name of a scope. */
export function scopeOf<K extends ScopeKind>(kind: K, facts: Facts<K, string | number>): string {
  return partsOf({ kind, facts }).join('/')
}

/** Returns the name of a scope as SQL. A fact may be a value, or SQL that is never null. */
export function scopeInSql<K extends ScopeKind>(
  kind: K,
  facts: Facts<K, string | number | RawBuilder<unknown>>,
): RawBuilder<string> {
  const pieces: RawBuilder<unknown>[] = []
  let text = ''
  for (const [index, part] of partsOf({ kind, facts }).entries()) {
    if (index > 0) text += '/'
    if (typeof part !== 'object') {
      text += String(part)
      continue
    }
    pieces.push(sql.lit(text), part as RawBuilder<unknown>)
    text = ''
  }
  if (text !== '') pieces.push(sql.lit(text))
  return sql<string>`(${sql.join(pieces, sql` || `)})::text`
}

/**
 * Returns an SQL condition: the column contains the name of a scope of this kind with these facts. Facts that are not
 * given may have any value.
 */
export function isScopeInSql<K extends ScopeKind>(
  column: RawBuilder<unknown>,
  kind: K,
  facts: Partial<Facts<K, string | number>>,
): RawBuilder<boolean> {
  const pattern = partsOf({ kind, facts })
    .map((part) => part ?? '%')
    .join('/')
  if (!pattern.includes('%')) return sql<boolean>`${column} = ${pattern}`
  const beginning = pattern.slice(0, pattern.indexOf('%'))
  // The bounds let PostgreSQL use the index; "0" is the character after "/".
  return sql<boolean>`(${column} >= ${beginning} and ${column} < ${`${beginning.slice(0, -1)}0`}
    and ${column} like ${pattern} and ${column} not like ${`${pattern}/%`})`
}

/** True when the scope names of a kind contain this fact. */
export function hasFact(kind: ScopeKind, fact: Fact): boolean {
  return (paths[kind] as readonly string[]).includes(`:${fact}`)
}

function partsOf({ kind, facts }: Parts): unknown[] {
  return paths[kind].map((part) => (part.startsWith(':') ? facts[part.slice(1) as Fact] : part))
}
