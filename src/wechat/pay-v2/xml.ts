import { XMLParser } from 'fast-xml-parser'

export type XmlFields = Partial<Record<string, string>>

/** Values stay the very text that was signed: not trimmed, not numbers, no entities (wechat/payment-triggers.md 1.5). */
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreAttributes: true,
})

/** The children of `<xml>` or `<root>` that hold text; undefined for what is not flat XML or declares a document type. */
export function readXml(xml: string, root: 'xml' | 'root'): XmlFields | undefined {
  if (/<!(?!\[CDATA\[)/.test(xml)) return undefined
  const fields: unknown = parse(xml)?.[root]
  if (typeof fields !== 'object' || fields === null) return undefined
  const texts = Object.entries(fields).filter(([name, value]) => typeof value === 'string' && name !== betweenElements)
  return Object.fromEntries(texts) as XmlFields
}

/** The parser's name for the line breaks between elements. */
const betweenElements = '#text'

function parse(xml: string): Record<string, unknown> | undefined {
  try {
    return parser.parse(xml, true) as Record<string, unknown>
  } catch {
    return undefined
  }
}
