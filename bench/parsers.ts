import { parsers, type Parser } from '../test/security/parsers.ts'
import { type BenchRow, printRow } from './bench.ts'

const kB = 1_024
/** Of messages that are read whole, and of the longest that reach the parser. */
const lengthsOf = ({ longest }: Parser): number[] => [...new Set([Math.min(14 * kB, longest), longest])]
const tries = 15
/** Below this it does no harm; and the memory manager is what is measured, which takes large texts in steps. */
const leastMs = 3

type Shape = { name: string; quarter: number; whole: number }

/** How much longer it takes when the text is twice as long, over two doublings. */
const growthOf = ({ quarter, whole }: Shape) => Math.sqrt(whole / quarter)

/**
 * How the time of everything that reads a text from outside grows with its length: for each hostile shape, the best
 * time at a quarter and at full length, in turns. The worst shape of each parser is a row.
 */
export function benchParsers(): BenchRow[] {
  return parsers.map((parser) => {
    const shapes = lengthsOf(parser).flatMap((length) => shapesOf(parser, length))
    const slow = shapes.filter(({ whole }) => whole >= leastMs)
    const steepest = slow.toSorted((a, b) => growthOf(b) - growthOf(a))[0] ?? shapes[0]!
    return {
      line: 0,
      what: `reading a ${parser.name}, ${steepest.name}`,
      ours: Math.round(steepest.whole * 100) / 100,
      against: [{ name: 'a quarter of it', value: steepest.quarter }],
      ratio: slow.length === 0 ? 0 : growthOf(steepest),
      reach: `<= 2.5 x each time it is twice as long; slowest shape ${Math.max(...shapes.map(({ whole }) => whole)).toFixed(2)} ms`,
      unit: 'ms',
    }
  })
}

function shapesOf(parser: Parser, length: number): Shape[] {
  const [quarters, wholes] = [parser.hostile(length / 4), parser.hostile(length)]
  return wholes.map((text, index) => {
    const best = { quarter: Infinity, whole: Infinity }
    for (let turn = 0; turn < tries; turn += 1) {
      best.quarter = Math.min(best.quarter, msOf(parser, quarters[index]!))
      best.whole = Math.min(best.whole, msOf(parser, text))
    }
    return { name: `${Math.round(length / kB)} kB of ${text.slice(0, 24)}…`, ...best }
  })
}

function msOf({ read }: Parser, text: string): number {
  const begun = performance.now()
  try {
    read(text)
  } catch {
    // Its own refusal: what it takes until then is what is measured.
  }
  return performance.now() - begun
}

if (import.meta.url === `file://${process.argv[1]}`) benchParsers().forEach(printRow)
