import { expect, test } from 'vitest'
import { columnsOf, curveOf } from '../../../src/web/console/chart.ts'

test('columns stand on 0, are as high as their values, and not more words stand under them than fit', () => {
  const { bars, ticks, heightPx } = columnsOf(
    Array.from({ length: 30 }, (_, nth) => ({ label: `${nth}`, value: nth * 10 })),
  )
  const floor = ticks.find(({ value }) => value === 0)!.y
  for (const bar of bars) expect(bar.y + bar.height).toBeCloseTo(floor)
  expect(bars[20]!.height).toBeCloseTo(bars[10]!.height * 2, 0)
  expect(bars.filter(({ isNamed }) => isNamed).length).toBeLessThanOrEqual(4)
  expect(ticks.at(-1)!.value).toBeGreaterThanOrEqual(290)
  for (const { x, width } of bars) expect([x >= 0, x + width <= 100.1]).toEqual([true, true])
  expect(floor).toBeLessThan(heightPx)
})

test('nothing and only zeros can be drawn, with whole numbers at the side', () => {
  expect(columnsOf([]).bars).toEqual([])
  const { bars, ticks } = columnsOf([{ label: 'a', value: 0 }])
  expect(bars[0]!.height).toBe(0)
  expect(ticks.every(({ value }) => Number.isInteger(value))).toBe(true)
})

test('a curve goes from the first point to the last in steps, and one point stands in the middle', () => {
  const at = (minutes: number) => new Date(minutes * 60_000)
  const { dots, line, ends } = curveOf([
    { at: at(0), value: 100 },
    { at: at(30), value: 50 },
    { at: at(60), value: 50 },
  ])
  expect(dots.map(({ x }) => x)).toEqual([0, 50, 100])
  expect(dots[1]!.y).toBeGreaterThan(dots[0]!.y)
  expect(line).toContain(`L50,${dots[0]!.y}`)
  expect(ends).toEqual([at(0), at(60)])
  expect(curveOf([{ at: at(5), value: 7 }])).toMatchObject({ dots: [{ x: 50 }], ends: [at(5)] })
  expect(curveOf([]).line).toBe('')
})
