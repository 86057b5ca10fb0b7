import { XMLParser } from 'fast-xml-parser'
import { isBoundedXml } from '../xml-bounds.ts'

export type XmlFields = Partial<Record<string, string>>

/**
 * Values stay exactly the text that was signed: not trimmed, not read as numbers, no entities
 * (docs/wechat/payment-triggers.md 1.5).
 */
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreAttributes: true,
})

/**
 * The children of `<xml>` or `<root>`; undefined when it is not flat XML, has an element twice, declares a document type
 * or is far larger than a notification. The sign covers the fields, so this comes before any proof of who wrote it.
 */
export function readXml(xml: string, root: 'xml' | 'root'): XmlFields | undefined {
  if (!isBoundedXml(xml)) return undefined
  const fields: unknown = parse(xml)?.[root]
  if (typeof fields !== 'object' || fields === null) return undefined
  const elements = Object.entries(fields).filter(([name]) => name !== betweenElements)
  // An element that occurs twice is a list, and one with children is an object: neither is flat.
  return elements.every(([, value]) => typeof value === 'string')
    ? (Object.fromEntries(elements) as XmlFields)
    : undefined
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
