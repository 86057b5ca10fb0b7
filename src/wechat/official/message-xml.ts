import { XMLParser } from 'fast-xml-parser'
import { isBoundedXml } from '../xml-bounds.ts'
import { MessageFault } from './message-fault.ts'

/** A message's fields; every value is the original text, so that ids keep their zeros and their 28 digits. */
export type MessageFields = Partial<Record<string, string>>

const parser = new XMLParser({ parseTagValue: false, processEntities: false, ignoreAttributes: true, trimValues: true })

/**
 * Reads the flat XML of a decrypted message (docs/wechat/official-account.md 4.3): the children of `<xml>` that hold
 * text, trimmed. Throws `MessageFault` on anything that declares a DTD or entities, is too long, or is not XML.
 */
export function readMessageXml(xml: string): MessageFields {
  if (!isBoundedXml(xml)) throw new MessageFault('the message is too long or declares a document type')
  const fields: unknown = (parse(xml) as { xml?: unknown }).xml
  if (typeof fields !== 'object' || fields === null) throw new MessageFault('the message has no <xml>')
  return Object.fromEntries(
    Object.entries(fields)
      .filter((entry) => typeof entry[1] === 'string')
      .map(trimmed),
  )
}

function parse(xml: string): object {
  try {
    return parser.parse(xml, true) as object
  } catch {
    throw new MessageFault('the message is not XML')
  }
}

function trimmed([name, value]: [string, unknown]): [string, string] {
  return [name, String(value).trim()]
}

const opening = '<Encrypt>'
const cdata = /^<!\[CDATA\[(.*)\]\]>$/s

/**
 * The text of the last `<Encrypt>` of a body, cut out without reading the rest as XML: nobody has proven yet who wrote
 * it. In compatible mode the clear fields, with the member's own text, stand before it. Empty when there is none.
 */
export function encryptedPart(body: string): string {
  const begin = body.lastIndexOf(opening)
  const end = body.indexOf('</Encrypt>', begin)
  if (begin < 0 || end < 0) return ''
  const text = body.slice(begin + opening.length, end).trim()
  return (cdata.exec(text)?.[1] ?? text).trim()
}
