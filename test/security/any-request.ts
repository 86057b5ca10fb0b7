import fc from 'fast-check'

/** A request as a stranger can make it, marks and all. */
export type AnyRequest = { method: string; path: string; query: string; headers: Record<string, string>; body: string }

/** What a request may carry, by the name under which WeChat, a browser or a merchant would send it. */
export const carried = {
  code: '051MARKEDcode0000f4WkPn1a2bXQ3',
  state: '0badc0de5ec2e70000markedstate000',
  from: 'MARKEDfrom.c2lnbmVkLXJldHVybg.Zx8',
  encrypt_code: 'MARKED+encrypt/code==XXIzTtMqCxwOaawoE91+VJdsFmv7b8g0',
  activate_ticket: 'MARKED-activate-ticket-fDZv9eMQAFfrNr3XBoqhb8eUX67DFb6h8',
  check_code: 'MARKEDcheckcode4c1b8d0a5f',
  access_token: '72_MARKED-access-token-of-a-stranger-9sXk',
  ticket: 'MARKED.ticket.kgt8ON7yVITDhtdwci0qecb',
  authorization: 'MARKED-bearer-token-0123456789',
} as const

/** Members of whom only requests speak. */
export const strangers = ['oMARKED-stranger_1-Zk3Qm9TaY', 'oMARKED_stranger-2_pL8wR5xVn'] as const

const value = fc.constantFrom(...Object.values(carried), ...strangers, 'x')
const otherNames =
  'openid card_id outer_str out_trade_no transaction_id reason signature msg_signature nonce timestamp echostr secret'
const oddNames = ['MARK%45D', '__proto__', 'code[]']
const name = fc.constantFrom(...Object.keys(carried), ...otherNames.split(' '), ...oddNames)

const written = fc.constantFrom(
  (text: string) => text,
  encodeURIComponent,
  (text: string) => encodeURIComponent(encodeURIComponent(text)),
  (text: string) => Buffer.from(`{"target":"/m/demo/card-opened?encrypt_code=${text}"}`).toString('base64url'),
)
const pair = fc.tuple(name, value, written).map(([key, text, write]) => `${key}=${write(text)}`)
/** As it should be, and glued as WeChat and others glue it. */
const query = fc
  .record({
    mark: fc.constantFrom('?', '&', '%3F', '?&', ';'),
    pairs: fc.array(pair, { maxLength: 4 }),
    glue: fc.constantFrom('&', '&amp;', ';'),
  })
  .map(({ mark, pairs, glue }) => (pairs.length === 0 ? '' : mark + pairs.join(glue)))

const headerNames =
  'Cookie Authorization Referer Accept X-Request-Id X-Forwarded-For Wechatpay-Signature Wechatpay-Serial webhook-signature'
const header = fc.tuple(
  fc.constantFrom(...headerNames.split(' ')),
  value.map((text) => `pc_member_demo=${text}; pc_login_demo=${text}.x`),
)
const fields = fc.dictionary(name, value, { maxKeys: 4 })
const content = fc.oneof(
  fields.map((told) => ['application/json', JSON.stringify(told)]),
  value.map((text) => ['application/json', `{"resource":"${text}`]),
  fields.map((told) => ['application/x-www-form-urlencoded', new URLSearchParams(told).toString()]),
  value.map((text) => ['text/xml', `<xml><openid><![CDATA[${text}]]></openid><secret>${text}</secret></xml>`]),
)

/**
 * Any request to a route, with `parts` for what its address leaves open. Throws when the route has a part that is not
 * among them.
 */
export function anyRequest(
  route: { path: string; methods: string[] },
  parts: Record<string, string[]>,
): fc.Arbitrary<AnyRequest> {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, part]) => part!)
  const unknown = names.filter((part) => !parts[part])
  if (unknown.length > 0) throw new Error(`what may stand for ${unknown.join()} in ${route.path}?`)
  const given = fc.record(Object.fromEntries(names.map((part) => [part, fc.constantFrom(...parts[part]!)])))
  const method = fc.constantFrom(...route.methods, 'DELETE')
  return fc
    .record({ given, method, query, headers: fc.array(header, { maxLength: 3 }), content })
    .map(({ given: values, headers, content: [type = '', body = ''], ...rest }) => ({
      ...rest,
      path: route.path.replace(/:(\w+)/g, (_, part: string) => values[part]!),
      headers: { ...Object.fromEntries(headers), 'Content-Type': type },
      body,
    }))
}

/** Sends it; what came back, but for the cookies that belong to the sender. */
export async function sendAny(host: string, request: AnyRequest, cookie: string | undefined): Promise<string> {
  const { method, path, query: asked, headers, body } = request
  const response = await fetch(host + path + asked, {
    method,
    redirect: 'manual',
    headers: { 'User-Agent': 'MicroMessenger/8.0', ...headers, ...(cookie && { Cookie: cookie }) },
    ...(!['GET', 'HEAD'].includes(method) && { body }),
  })
  const told = [...response.headers].filter(([key]) => key !== 'set-cookie')
  return `${JSON.stringify(told)}\n${await response.text()}`
}
