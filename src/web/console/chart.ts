import { scaleBand, scaleLinear, scaleUtc } from 'd3-scale'
import { area, curveStepAfter, line } from 'd3-shape'

/** A column; `look` other: drawn with a pattern, so that it differs without colours. */
export type Bar = { label: string; value: number; href?: string; look?: 'main' | 'other' }
export type Point = { at: Date; value: number }

/** Heights and places in pixels from above; across, everything is in per cent, so that the letters keep their size. */
const heightPx = 200
const topPx = 24
const bottomPx = 24
const ticksAbout = 4
/** So many words fit under a chart on the narrowest phone. */
const wordsAtMost = 4

/** What the part `chart` draws of columns; the axis begins at 0. */
export function columnsOf(bars: Bar[]) {
  const y = upTo(Math.max(0, ...bars.map(({ value }) => value)))
  const x = scaleBand<number>().domain(bars.keys()).range([0, 100]).padding(0.25)
  const every = Math.ceil(bars.length / wordsAtMost)
  return {
    heightPx,
    ticks: ticksOf(y),
    bars: bars.map((bar, nth) => ({
      ...bar,
      look: bar.look ?? 'main',
      x: rounded(x(nth)!),
      width: rounded(x.bandwidth()),
      y: rounded(y(bar.value)),
      height: rounded(y(0) - y(bar.value)),
      middle: rounded(x(nth)! + x.bandwidth() / 2),
      isNamed: nth % every === 0,
    })),
  }
}

/** What the part `chart` draws of a figure that holds until it changes: from the first point to the last. */
export function curveOf(points: Point[]) {
  const y = upTo(Math.max(0, ...points.map(({ value }) => value)))
  const [first, last] = [points[0]?.at ?? new Date(0), points.at(-1)?.at ?? new Date(0)]
  const x = scaleUtc()
    .domain([first, last])
    .range(points.length > 1 ? [0, 100] : [50, 50])
  const path = line<Point>(
    ({ at }) => x(at),
    ({ value }) => y(value),
  ).curve(curveStepAfter)
  const below = area<Point>(
    ({ at }) => x(at),
    y(0),
    ({ value }) => y(value),
  ).curve(curveStepAfter)
  return {
    heightPx,
    ticks: ticksOf(y),
    line: path(points) ?? '',
    area: below(points) ?? '',
    dots: points.map((point) => ({ ...point, x: rounded(x(point.at)), y: rounded(y(point.value)) })),
    ends: points.length > 1 ? [first, last] : [first],
  }
}

/** From 0 to a round number not below the greatest value. */
function upTo(most: number) {
  return scaleLinear()
    .domain([0, Math.max(1, most)])
    .nice(ticksAbout)
    .range([heightPx - bottomPx, topPx])
}

function ticksOf(y: ReturnType<typeof upTo>): { value: number; y: number }[] {
  const whole = y.ticks(ticksAbout).filter(Number.isInteger)
  return whole.map((value) => ({ value, y: rounded(y(value)) }))
}

function rounded(place: number): number {
  return Math.round(place * 10) / 10
}
