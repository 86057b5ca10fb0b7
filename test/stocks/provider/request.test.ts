import { expect, test } from 'vitest'
import { readPlan } from '../../../src/stocks/provider/plan/read-plan.ts'
import { differingFields, stockRequest } from '../../../src/stocks/provider/plan/request.ts'
import { aStockFile } from '../../sandbox/stock-file.ts'

const times = {
  available_begin_time: '2026-12-01T00:00:00+08:00',
  available_end_time: '2026-12-31T23:59:59+08:00',
}
const plan = readPlan(aStockFile(times))

test('a file has the same number in every order of its keys and in every release', () => {
  const number = '1267388801-e8cd887fb8b82412e87aaa0dd4a5f3fb'
  expect(stockRequest(plan).outRequestNo).toBe(number)
  const turned = Object.fromEntries(Object.entries(plan).toReversed()) as typeof plan
  turned.stock_use_rule = Object.fromEntries(Object.entries(plan.stock_use_rule).toReversed()) as never
  expect(stockRequest(turned).outRequestNo).toBe(number)
})

test('another value is another number, and a number of its own is kept', () => {
  const other = readPlan(aStockFile({ ...times, 'stock_use_rule.max_coupons_per_user': 4 }))
  expect(stockRequest(other).outRequestNo).not.toBe(stockRequest(plan).outRequestNo)
  expect(stockRequest({ ...plan, out_request_no: 'own|1' })).toMatchObject({
    outRequestNo: 'own|1',
    text: expect.stringMatching(/"out_request_no":"own\|1"\}$/) as string,
  })
})

test('fields that differ, are missing or are too many are named in full', () => {
  const one = JSON.stringify({ a: 1, b: { c: [1, 2], d: 'x' } })
  expect(differingFields(one, JSON.stringify({ b: { d: 'x', c: [1, 2] }, a: 1 }))).toEqual([])
  expect(differingFields(one, JSON.stringify({ a: 2, b: { c: [2, 1] }, e: true }))).toEqual(['a', 'b.c', 'b.d', 'e'])
})
