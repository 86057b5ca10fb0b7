import { type Cache, kept } from '../cache.ts'
import type { Clock } from '../clock.ts'

/** A line that anybody can cause is written at most once in this time: strangers must not fill the disk. */
const quietMs = 10_000

type Line = { writtenAt: number; unwritten: number }

/** More kinds of lines than there can be: a merchant and a word each. */
const lines = kept<string, Line>({ most: 5_000 })

/**
 * Says whether a line of this kind is written now: how often it happened since the last one, this time included; 0 when
 * it is only counted.
 */
export function seldom({ cache, clock }: { cache: Cache; clock: Clock }, kind: string): number {
  const now = clock.now().getTime()
  const { writtenAt, unwritten } = cache.get(lines, kind) ?? { writtenAt: -Infinity, unwritten: 0 }
  const isDue = Math.abs(now - writtenAt) >= quietMs
  cache.set(lines, kind, isDue ? { writtenAt: now, unwritten: 0 } : { writtenAt, unwritten: unwritten + 1 })
  return isDue ? unwritten + 1 : 0
}
