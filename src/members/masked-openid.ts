/** An openid for whoever need not know it: enough to tell two apart. */
export function maskedOpenid(openid: string): string {
  return `${openid.slice(0, 4)}****${openid.slice(-4)}`
}
