import type { Context } from '../shell/context.ts'

/** Answers WeChat Pay in the form that it asked in: v2 speaks XML, v3 JSON. */
export function answerPay(ctx: Context, format: 'xml' | 'json', status: number, code: string, message: string): void {
  ctx.status = status
  if (format === 'json') {
    ctx.body = { code, message }
    return
  }
  ctx.type = 'text/xml'
  ctx.body = `<xml><return_code><![CDATA[${code}]]></return_code><return_msg><![CDATA[${message}]]></return_msg></xml>`
}
