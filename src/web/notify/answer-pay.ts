import type { Context } from '../shell/context.ts'

/** Answers WeChat Pay in the format of its request: XML for v2, JSON for v3. */
export function answerPay(ctx: Context, format: 'xml' | 'json', status: number, code: string, message: string): void {
  ctx.status = status
  if (format === 'json') {
    ctx.body = { code, message }
    return
  }
  ctx.type = 'text/xml'
  ctx.body = `<xml><return_code><![CDATA[${code}]]></return_code><return_msg><![CDATA[${message}]]></return_msg></xml>`
}
