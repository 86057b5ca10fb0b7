import { personalNames, secretNames } from './private-names.ts'

/**
 * The text without what it must not tell: queries of addresses, values of secrets, members. It is the last net, for
 * texts that other libraries, WeChat or a stranger wrote; it also holds for JSON, and for JSON in a text of JSON.
 */
export function maskText(text: string): string {
  return text
    .replace(queries, '$1***')
    .replace(openids, 'o***$1')
    .replace(quotedSecrets, '$1[secret]')
    .replace(quotedMembers, '$1***')
    .replace(pairs, '$1=***')
    .replace(payMembers, '$1***')
}

/** The end of a value in running text, in an attribute or in JSON. */
const valueEnd = `\\s"'<>\\\\`

/** All parameters, since WeChat and merchants add their own; also where they were glued to a path without `?`. */
const queries = new RegExp(`([?&;])(?:amp;)?[\\w.%[\\]-]+=[^${valueEnd}]*`, 'g')

/**
 * `o` and 27 more characters, as all openids in practice (docs/wechat/official-account.md 1.4); the last four stay, to
 * tell members apart. Before it may stand an escaped character, as in `%3D` or `\n`, or another word and a hyphen.
 */
const openids = /(?<=^|[^0-9A-Za-z]|\\[nrt]|%[0-9A-Fa-f]{2})o[\w-]{23}([\w-]{4})(?![\w-])/g

/** `"name":"value"`, with backslashes before its quotes where JSON stands in JSON. What is masked already stays. */
function quoted(names: string[]): RegExp {
  return new RegExp(`("(?:${names.join('|')})\\\\*"\\s*:\\s*\\\\*")(?!o\\*\\*\\*)[^"\\\\]+`, 'g')
}

const quotedSecrets = quoted(secretNames)
const quotedMembers = quoted(personalNames)

const pairs = new RegExp(`\\b(${[...secretNames, ...personalNames].join('|')})=[^${valueEnd}&]+`, 'g')

/** WeChat Pay's addresses that name a member. */
const payMembers = new RegExp(`(/users/)(?!o\\*\\*\\*)[^/?${valueEnd}]+`, 'g')
