import { z } from 'zod'
import { lineOfText } from '../files/readable-text.ts'
import { isMailAddress as isMail, smtpAddress } from '../mail/smtp-address.ts'
import { cookieKeys, masterKeys } from './config-keys.ts'

const port = z.coerce.number('must be a port number').int('must be a port number').min(0).max(65_535)
const web = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .transform((url) => url.replace(/\/+$/, ''))
/** Every address of the console begins with /console, so that is all its path may be. */
const consoleAddress = web
  .refine((url) => /^(\/console)?\/?$/.test(new URL(url).pathname), 'must be a host alone, or end in /console')
  .transform((url) => new URL('/console', url).href)
/** WeChat repeats a message for a day and a half, so data younger than two days may still be needed. */
const days = z.coerce.number('must be a number of days').int('must be whole days').min(2, 'must be at least 2 days')
const mailServer = z.string().transform((text, ctx) => {
  const found = smtpAddress(text)
  if (typeof found !== 'string') return found
  ctx.addIssue(found)
  return z.NEVER
})
const isRedis = (url: string) => /^rediss?:\/\/\S+$/.test(url)

/** Every environment variable that is read, with its check and its default. */
export const environment = z.object({
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'must be development, production or test')
    .default('development'),
  HOST: z.string().optional(),
  PORT: port.default(3000),
  OPS_PORT: port.optional(),
  MAX_CONNECTIONS: z.coerce.number('must be a number').int('must be a whole number').min(1).default(10_000),
  ROLE: z.enum(['all', 'web', 'worker'], 'must be all, web or worker').default('all'),
  PUBLIC_URL: web.optional(),
  CONSOLE_URL: consoleAddress.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' }).optional(),
  DATA_DIR: z.string().default('./.data'),
  REDIS_URL: z
    .string()
    .transform(list)
    .refine((urls) => urls.every(isRedis), 'must be redis:// addresses, separated by commas')
    .default([]),
  MASTER_KEY: masterKeys.optional(),
  COOKIE_KEYS: cookieKeys.optional(),
  WECHAT_OPEN_URL: web.optional(),
  WECHAT_API_URL: web.optional(),
  WECHAT_PAY_URL: web.optional(),
  WECHAT_PAY_BACKUP_URL: web.optional(),
  WECHAT_DOWNLOAD_URL: web.optional(),
  SANDBOX: z.enum(['on', 'off'], 'must be on or off').optional(),
  SANDBOX_PORT: port.default(3001),
  PAGE_SCRIPT: z.enum(['on', 'off'], 'must be on or off').default('on'),
  RECEIPT_HEIGHT: z.coerce
    .number('must be a number of pixels')
    .int('must be whole pixels')
    .min(600, 'must be at least 600')
    .max(960, 'must be at most 960')
    .default(600),
  FLOW_FILES_PER_MINUTE: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .default(5),
  TRUST_PROXY: z.enum(['true', 'false'], 'must be true or false').default('false'),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be a pino level')
    .default('info'),
  INBOX_BODY_DAYS: days.default(7),
  INBOX_ROW_DAYS: days.default(35),
  ATTEMPT_DAYS: days.default(180),
  ATTEMPT_OF_SENT_DAYS: days.default(30),
  SMTP_URL: mailServer.optional(),
  APPLICATION_MAIL_TO: z
    .string()
    .transform(list)
    .refine((all) => all.length > 0 && all.every(isMail), 'must be e-mail addresses, separated by commas')
    .default(['weixincard@tencent.com']),
  APPLICATION_COMPANY: lineOfText.max(100, 'must have at most 100 characters').optional(),
  APPLICATION_REASON: lineOfText
    .max(500, 'must have at most 500 characters')
    .default(
      '由制券商户号（服务商）统一创建代金券批次，发券商户号（特约商户）在自己的服务号里发给会员，用于开卡有礼、消费有礼等会员活动',
    ),
})

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}
