import { XMLParser } from 'fast-xml-parser'
import { MessageFault } from './message-fault.ts'

/** A message's fields; every value is the original text, so that ids keep their zeros and their 28 digits. */
export type MessageFields = Partial<Record<string, string>>

/** A message has some hundred bytes, and three times that in compatible mode. */
const messageLimitBytes = 64 * 1024

const parser = new XMLParser({ parseTagValue: false, processEntities: false, ignoreAttributes: true, trimValues: true })

/**
 * Reads WeChat's flat XML (docs/wechat/official-account.md 4.3): the children of `<xml>` that hold text, trimmed.
 * Throws `MessageFault` on anything that declares a DTD or entities, is too long, or is not XML.
 */
export function readMessageXml(xml: string): MessageFields {
  if (Buffer.byteLength(xml) > messageLimitBytes) throw new MessageFault('the message is too long')
  if (withoutCdata(xml).includes('<!')) throw new MessageFault('the message declares a document type')
  const fields: unknown = (parse(xml) as { xml?: unknown }).xml
  if (typeof fields !== 'object' || fields === null) throw new MessageFault('the message has no <xml>')
  return Object.fromEntries(
    Object.entries(fields)
      .filter((entry) => typeof entry[1] === 'string')
      .map(trimmed),
  )
}

/** What is between `<![CDATA[` and `]]>` is a member's text, where `<!` is harmless. */
function withoutCdata(xml: string): string {
  return xml
    .split('<![CDATA[')
    .map((piece, index) => (index === 0 ? piece : afterFirst(piece, ']]>')))
    .join('')
}

function afterFirst(text: string, mark: string): string {
  const at = text.indexOf(mark)
  return at < 0 ? text : text.slice(at + mark.length)
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
