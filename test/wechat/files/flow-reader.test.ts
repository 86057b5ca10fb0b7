import { expect, test } from 'vitest'
import { openFlowReader } from '../../../src/wechat/files/flow-reader.ts'
import { UnreadableFile } from '../../../src/wechat/files/unreadable-file.ts'
import { flowFile } from '../../support/bill-files.ts'

const use = { stockId: '16246120', couponId: '987001', transactionId: '4200000001' }

function readAll(file: Buffer) {
  const reader = openFlowReader()
  const rows = reader.push(file)
  return { rows, figures: reader.end() }
}

test.each([false, true])(
  'a use flow as WeChat writes it: last columns quoted, a base64 device, a count (BOM: %s)',
  (bom) => {
    const { rows, figures } = readAll(flowFile([use, { ...use, couponId: '987002', coupon: 550 }], { bom }))
    expect(rows[0]).toEqual({
      line: 2,
      ...use,
      at: new Date('2026-11-23T04:00:00Z'),
      coupon: 1000,
      total: 6000,
      mchid: '1601400973',
    })
    expect(figures).toMatchObject({ rows: 2, couponsFen: 1550 })
  },
)

test('the columns of combined orders that were added later are read over', () => {
  const header =
    '批次id,优惠id,优惠类型,优惠金额(元),订单总金额(元),交易类型,支付单号,消耗时间,消耗商户号,设备号,银行流水号,单品信息,' +
    '是否合单订单,微信支付合单单号,合单优惠总金额,合单订单总金额'
  const { rows } = readAll(flowFile([use], { header, more: ',`是,`4200000009,"10.00",60.00' }))
  expect(rows[0]).toMatchObject(use)
})

test('goods in quotes may have commas and quotes', () => {
  const file = Buffer.from(flowFile([use]).toString().replace('"MDEzNDY3","",""', '"","","[{""id"":1},{""id"":2}]"'))
  expect(readAll(file).rows[0]).toMatchObject(use)
})

test('a refund flow is read by its header: it may name the time otherwise and no coupon', () => {
  const file = Buffer.from('批次id,支付单号,退款时间\r\n`16246120,`4200000001,`2026-11-23 12:00:00\r\n总条数\r\n`1\r\n')
  expect(readAll(file).rows[0]).toMatchObject({ stockId: '16246120', transactionId: '4200000001', couponId: undefined })
})

test.each([
  ['half a file', (file: Buffer) => file.subarray(0, file.length - 12)],
  ['another count', (file: Buffer) => Buffer.from(file.toString().replace('`1\r\n', '`2\r\n'))],
  ['an open quote', (file: Buffer) => Buffer.from(file.toString().replace('"MDEzNDY3","",""', '"MDEz'))],
  ['no column 支付单号', (file: Buffer) => Buffer.from(file.toString().replace('支付单号', '单号'))],
])('nothing is taken of a flow with %s', (_, spoil) => {
  expect(() => readAll(spoil(flowFile([use])))).toThrow(UnreadableFile)
})
