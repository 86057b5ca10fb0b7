import { expect, test } from 'vitest'
import { Unusable } from '../../../src/plumbing/unusable.ts'
import { inChinese } from '../../../src/stocks/provider/plan/faults-in-chinese.ts'
import { planFaults, planWarnings } from '../../../src/stocks/provider/plan/plan-rules.ts'
import { readPlan, type StockPlan } from '../../../src/stocks/provider/plan/read-plan.ts'
import { aStockFile } from '../../sandbox/stock-file.ts'

type Plain = Record<string, unknown>

/** The file with `value` at each of its fields, one at a time, and at fields that it may have. */
function withEach(value: unknown): Plain[] {
  const more = {
    comment: 'x',
    pattern_info: {
      description: 'x',
      merchant_logo: 'https://x/y',
      merchant_name: 'x',
      background_color: 'COLOR010',
      coupon_image: 'https://x/y',
      jump_target: 'MINI_PROGRAM',
      mini_program_appid: 'x',
      mini_program_path: 'x',
    },
  }
  const whole = { ...(aStockFile() as Plain), ...more }
  return Object.entries(whole).flatMap(([name, part]) => {
    const inner = part !== null && typeof part === 'object' && !Array.isArray(part) ? Object.keys(part) : []
    return [
      { ...whole, [name]: value },
      ...inner.map((key) => ({ ...whole, [name]: { ...(part as Plain), [key]: value } })),
    ]
  })
}

const values = [
  undefined,
  null,
  '',
  0,
  -1,
  1.5,
  1e12,
  'x',
  'x'.repeat(2_000),
  '🎁',
  'a\u0001',
  true,
  [],
  [''],
  {},
  '测试',
  'a_b',
]

test('every fault that a form can cause has a Chinese sentence', () => {
  const said = new Set<string>()
  for (const file of values.flatMap(withEach)) for (const fault of faultsOf(file)) said.add(fault)
  // No form sends objects where there are none, or fields that are none.
  const ofForms = [...said].filter(
    (fault) => !/must be an object|is no field|expected|stock_type|out_request_no/.test(fault),
  )
  expect(ofForms.length).toBeGreaterThan(50)
  expect(ofForms.filter((fault) => /微信不接受（/.test(inChinese(fault).chinese))).toEqual([])
})

function faultsOf(file: Plain): string[] {
  let plan: StockPlan
  try {
    plan = readPlan(file)
  } catch (error) {
    if (error instanceof Unusable) return error.faults
    throw error
  }
  return [...planFaults(plan, new Date()), ...planWarnings(plan)]
}

test('a fault of one of several is the field’s, and of a new rule the English words are shown', () => {
  expect(inChinese('coupon_use_rule.available_merchants[1]: must be a merchant number')).toEqual({
    path: 'coupon_use_rule.available_merchants',
    chinese: '可用商户是微信支付的商户号',
  })
  expect(inChinese('stock_name: is odd').chinese).toBe('批次名称微信不接受（is odd）')
})
