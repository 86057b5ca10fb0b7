import { renderPage } from './render-page.ts'

/** The authorize page's refusals, numbered as WeChat numbers them (docs/wechat/official-account.md 1.1). */
export function errorPage(fault: string, words: string): string {
  return renderPage('oauth-error', { fault, words })
}

/**
 * A page that makes the browser call both addresses, as WeChat's browser sometimes does: the first in a hidden frame,
 * the second in the window. A client without a browser can read both from the page.
 */
export function twiceCalledPage(first: string, second: string): string {
  return renderPage('oauth-twice', { first, second })
}
