import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BillRow } from '../../../src/wechat/files/bill-row.ts'
import { openBillReader } from '../../../src/wechat/files/bill-reader.ts'
import { UnreadableFile } from '../../../src/wechat/files/unreadable-file.ts'
import { billFile, billHeader, sumsHeader } from '../../support/bill-files.ts'

function readAll(file: Buffer, pieceBytes = file.length): { rows: BillRow[]; figures: object } {
  const reader = openBillReader()
  const rows: BillRow[] = []
  for (let from = 0; from < file.length; from += pieceBytes)
    rows.push(...reader.push(file.subarray(from, from + pieceBytes)))
  return { rows, figures: reader.end() }
}

const changed = (file: Buffer, from: string | RegExp, to: string) => Buffer.from(file.toString().replace(from, to))

test('a bill as WeChat writes it: BOM, CRLF, accents, a payment by code, a refund, 45.0 rows', () => {
  const { rows, figures } = readAll(
    billFile([
      { transactionId: '4200000001', total: 6000, settlement: 5500, coupons: 500 },
      {
        transactionId: '4200000002',
        state: 'REFUND',
        refundId: '50300',
        outRefundNo: 'back-1',
        refund: 29,
        refundStatus: 'PROCESSING',
      },
      { transactionId: '4200000003', state: 'REVOKED', total: 700 },
    ]),
  )
  expect(rows[0]).toMatchObject({
    line: 2,
    at: new Date('2026-11-23T04:00:00Z'),
    subMchid: undefined,
    tradeType: 'MICROPAY',
    state: 'paid',
    total: 6000,
    settlement: 5500,
    coupons: 500,
    refundId: undefined,
  })
  expect(rows[1]).toMatchObject({
    state: 'refund',
    total: 0,
    refund: 29,
    refundId: '50300',
    refundStatus: 'PROCESSING',
  })
  expect(rows[2]).toMatchObject({ state: 'revoked' })
  expect(figures).toEqual({ rows: 3, payments: 1, paymentsFen: 6000, refunds: 2, refundsFen: 729, couponsFen: 500 })
})

test('a product with commas, quotes and an emoji does not move the columns', () => {
  const { rows } = readAll(billFile([{ product: '拿铁, 大杯, "少冰" 😀', attach: 'a,b,c', outTradeNo: 'o,1' }]))
  expect(rows[0]).toMatchObject({ outTradeNo: 'o,1', total: 6000 })
})

test('the older names of columns and sums are understood, in a bill without refunds too', () => {
  const header = billHeader.replace('应结订单金额', '总金额').replace('代金券金额', '企业红包金额')
  expect(readAll(billFile([{ total: 4700 }], { header, sums: sumsHeader })).rows[0]!.total).toBe(4700)
  const old = changed(billFile([{ total: 4700 }], { header }), '订单金额', '别的')
  expect(readAll(changed(old, '订单总金额', '别的总金额')).rows[0]).toMatchObject({ total: 4700, settlement: 4700 })
})

test('a bill of a day without rows is a bill', () => {
  expect(readAll(billFile([])).figures).toMatchObject({ rows: 0 })
})

test.each([
  ['half a file', (file: Buffer) => file.subarray(0, file.length / 2)],
  ['a file without its sums', (file: Buffer) => changed(file, /\r\n总交易单数[^]*$/, '\r\n')],
  ['a row with a line break in a name', (file: Buffer) => changed(file, '拿铁', '拿\n铁')],
  ['a changed amount', (file: Buffer) => changed(file, '`60.00', '`60.01')],
  ['a missing row', (file: Buffer) => changed(file, /`2026[^\n]*\n/, '')],
  ['a tenth of a fen', (file: Buffer) => changed(file, '`60.00', '`60.001')],
  ['a missing column', (file: Buffer) => changed(file, '微信订单号', '订单')],
  ['a row without accents', (file: Buffer) => changed(file, '`2026', '2026')],
  ['something after the sums', (file: Buffer) => Buffer.concat([file, Buffer.from('`1\r\n')])],
  [
    'bytes that are no text',
    (file: Buffer) => Buffer.concat([file.subarray(0, 400), Buffer.from([0xff, 0xfe]), file.subarray(400)]),
  ],
  ['a web page', () => Buffer.from('<html><body>502</body></html>')],
  ['nothing', () => Buffer.alloc(0)],
])('nothing is taken of %s', (_, spoil) => {
  const file = billFile([{ transactionId: '4200000001' }, { transactionId: '4200000002' }])
  expect(() => readAll(spoil(file))).toThrow(UnreadableFile)
})

test('a bill that is written reads back equal, however it is cut', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[`\r\n\uFEFF]/g, '，'))
  const line = fc.record({
    total: fc.nat(1_000_000_000),
    coupons: fc.nat(10_000),
    product: word,
    attach: word,
    transactionId: fc.stringMatching(/^4[0-9]{27}$/),
    state: fc.constantFrom('SUCCESS', 'REVOKED'),
  })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.integer({ min: 1, max: 97 }), (lines, pieceBytes) => {
      const { rows } = readAll(billFile(lines), pieceBytes)
      const read = rows.map(({ total, coupons, transactionId }) => ({ total, coupons, transactionId }))
      expect(read).toEqual(lines.map(({ total, coupons, transactionId }) => ({ total, coupons, transactionId })))
    }),
  )
})
