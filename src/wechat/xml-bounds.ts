/** A message has some hundred bytes, and three times that in compatible mode (docs/wechat/official-account.md 4.3). */
export const mostXml = 16 * 1024

/** A v2 notification has some twenty elements and three more for each coupon: enough for sixty coupons. */
const mostTags = 2 * 200

/**
 * True when parsing this text is cheap, whoever wrote it: it is short, has few tags and declares no document type. One
 * look at each character, because a parser that gets 256 kB of tags stops the process for a second.
 */
export function isBoundedXml(xml: string): boolean {
  if (xml.length > mostXml) return false
  let tags = 0
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at + 1)) {
    if (xml.startsWith(cdata, at)) {
      at = xml.indexOf(cdataEnd, at)
      if (at < 0) return false
    } else if (xml[at + 1] === '!' || (tags += 1) > mostTags) return false
  }
  return true
}

const cdata = '<![CDATA['
const cdataEnd = ']]>'
