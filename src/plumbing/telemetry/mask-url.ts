/**
 * Parameters with which anyone could act as a member or as the merchant, or that name a member: OAuth `code` and
 * `state`, our `from` beside them, the card-open page's `encrypt_code`, `activate_ticket` and `openid`, a receipt's `check_code`, tokens and
 * keys (docs/wechat/official-account.md 1.3, 2, 5.2).
 */
const maskedParameters =
  /([?&;](?:amp;)?(?:code|state|from|encrypt_code|activate_ticket|openid|check_code|access_token|refresh_token|secret|ticket|signature|msg_signature|token)=)[^&#\s"']+/gi

/**
 * The address, or a text that quotes one, with the values of those parameters replaced. Anything but text is returned
 * unchanged.
 */
export function maskUrl<T>(text: T): T | string {
  if (typeof text !== 'string') return text
  return text.replace(maskedParameters, '$1***').replace(/(\/users\/)[^/?\s"']+/g, '$1***')
}
