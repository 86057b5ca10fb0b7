/**
 * wechat-oauth 1.5.0 has no types of its own; these are the parts that we use (docs/wechat/official-account.md 1.11).
 */
declare module 'wechat-oauth' {
  type Callback<T> = (error: unknown, result?: T) => void

  export default class OAuth {
    constructor(
      appid: string,
      secret: string,
      getToken: (openid: string, callback: Callback<unknown>) => void,
      saveToken: (openid: string, token: unknown, callback: Callback<unknown>) => void,
    )
    request: (url: string, options: { data: Record<string, string> }, callback: Callback<object>) => void
    getAuthorizeURL(redirect: string, state: string, scope: 'snsapi_base'): string
    getAccessToken(code: string, callback: Callback<{ data: Record<string, unknown> }>): void
  }
}
