import { expect, test } from 'vitest'
import { csvText } from '../../../src/plumbing/files/csv.ts'

test('a spreadsheet reads Chinese, commas, quotes and line breaks as they were', () => {
  expect(
    csvText([
      ['商户', 'a,b'],
      ['say "hi"', 'two\nlines'],
    ]),
  ).toBe('\uFEFF商户,"a,b"\r\n"say ""hi""","two\nlines"\r\n')
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1', ' =1', '\t=1', '=HYPERLINK("http://x","y")'])(
  'a cell that begins as a formula is text: %j',
  (cell) => {
    const [, written = ''] = /^\uFEFF"?(.*?)"?\r\n$/s.exec(csvText([[cell]])) ?? []
    expect(written.replaceAll('""', '"')).toBe(`'${cell}`)
  },
)

test('a number stays a number', () => {
  expect(csvText([['1601400973']])).toBe('\uFEFF1601400973\r\n')
})

test.each(['4200001234202611231234567890', '160140097312', '0042', '12345678e12', '1E5'])(
  'a number that a spreadsheet would round or shorten is text, by a tab that nobody sees: %s',
  (cell) => {
    expect(csvText([[cell, '16246120']])).toBe(`\uFEFF"\t${cell}",16246120\r\n`)
  },
)
