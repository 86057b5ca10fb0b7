import type { Handler } from '../../shell/context.ts'

/**
 * WeChat appends its parameters to the card-open address with `&` even where the address has no `?`
 * (docs/wechat/official-account.md 5.2): `/m/demo/card-opened&card_id=…` is read as `/m/demo/card-opened?card_id=…`.
 * Nothing is decoded here; the query parser does that, once.
 */
export const gluedQuery: Handler = (ctx, next) => {
  if (gluedPath.test(ctx.url)) ctx.url = ctx.url.replace('/card-opened&', '/card-opened?')
  return next()
}

const gluedPath = /^\/m\/[^/?&]+\/card-opened&/
