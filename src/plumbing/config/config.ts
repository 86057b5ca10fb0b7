import { z } from 'zod'
import { Unusable } from '../unusable.ts'
import { cookieKeys, developmentKey, masterKeys } from './config-keys.ts'

/** What the environment says, checked. See the README's table for each name. */
export type Config = {
  production: boolean
  host: string
  port: number
  role: 'all' | 'web' | 'worker'
  publicUrl: string
  databaseUrl: string | undefined
  dataDir: string
  /** One address, or several of a Redis Cluster; empty: no Redis. */
  redisUrls: string[]
  /** 32-byte keys: the first encrypts, all decrypt. */
  masterKeys: Buffer[]
  /** The first signs, all verify. */
  cookieKeys: string[]
  wechat: { openUrl: string; apiUrl: string; payUrl: string; payBackupUrl: string }
  sandbox: { on: boolean; port: number }
  trustProxy: boolean
  metricsToken: string | undefined
  logLevel: string
}

/**
 * Reads the settings of README.md "Configuration" from `env`; an empty value counts as unset. In development the keys
 * that are not given are generated once under DATA_DIR. Throws `Unusable` listing all faults at once.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const parsed = environment.safeParse(given)
  const faults = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []
  faults.push(...(given.NODE_ENV === 'production' ? productionFaults(given) : developmentFaults(given)))
  if (!parsed.success || faults.length > 0)
    throw new Unusable(faults, ['the configuration is not usable:', ...faults].join('\n  '))
  return configOf(parsed.data)
}

const port = z.coerce.number('must be a port number').int('must be a port number').min(0).max(65_535)
const web = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .transform((url) => url.replace(/\/+$/, ''))
const isRedis = (url: string) => /^rediss?:\/\/\S+$/.test(url)

const environment = z.object({
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'must be development, production or test')
    .default('development'),
  HOST: z.string().optional(),
  PORT: port.default(3000),
  ROLE: z.enum(['all', 'web', 'worker'], 'must be all, web or worker').default('all'),
  PUBLIC_URL: web.optional(),
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
  SANDBOX: z.enum(['on', 'off'], 'must be on or off').optional(),
  SANDBOX_PORT: port.default(3001),
  TRUST_PROXY: z.enum(['true', 'false'], 'must be true or false').default('false'),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be a pino level')
    .default('info'),
})

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

const wechatNames = ['WECHAT_OPEN_URL', 'WECHAT_API_URL', 'WECHAT_PAY_URL', 'WECHAT_PAY_BACKUP_URL'] as const

function productionFaults(given: Record<string, string | undefined>): string[] {
  const required = {
    PUBLIC_URL: 'the https address that members open',
    DATABASE_URL: 'the PostgreSQL that keeps the ledger',
    REDIS_URL: 'the Redis that keeps the crowd away from the ledger',
    MASTER_KEY: 'make one with: openssl rand -base64 32',
    COOKIE_KEYS: 'make one with: openssl rand -base64 48',
  }
  const missing = Object.entries(required).filter(([name]) => !given[name])
  const plain = ['PUBLIC_URL', ...wechatNames].filter((name) => given[name]?.startsWith('http:'))
  return [
    ...missing.map(([name, cure]) => `${name}: is needed in production (${cure})`),
    ...plain.map((name) => `${name}: must be https in production`),
    ...(given.SANDBOX === 'on' ? ['SANDBOX: must not be on in production'] : []),
  ]
}

function developmentFaults(given: Record<string, string | undefined>): string[] {
  const alone = given.ROLE === undefined || given.ROLE === 'all'
  return given.DATABASE_URL || alone
    ? []
    : ['DATABASE_URL: is needed when ROLE is not all: the embedded database serves one process only']
}

function configOf(env: z.output<typeof environment>): Config {
  const production = env.NODE_ENV === 'production'
  const sandboxOn = !production && (env.SANDBOX ? env.SANDBOX === 'on' : wechatNames.every((name) => !env[name]))
  const sandboxUrl = sandboxOn ? `http://127.0.0.1:${env.SANDBOX_PORT}` : undefined
  return {
    production,
    host: env.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: env.PORT,
    role: env.ROLE,
    publicUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    databaseUrl: env.DATABASE_URL,
    dataDir: env.DATA_DIR,
    redisUrls: env.REDIS_URL,
    masterKeys: env.MASTER_KEY ?? [Buffer.from(developmentKey(env.DATA_DIR, 'master'), 'base64')],
    cookieKeys: env.COOKIE_KEYS ?? [developmentKey(env.DATA_DIR, 'cookie')],
    wechat: {
      openUrl: env.WECHAT_OPEN_URL ?? sandboxUrl ?? 'https://open.weixin.qq.com',
      apiUrl: env.WECHAT_API_URL ?? sandboxUrl ?? 'https://api.weixin.qq.com',
      payUrl: env.WECHAT_PAY_URL ?? sandboxUrl ?? 'https://api.mch.weixin.qq.com',
      // Whoever points the main address elsewhere must never reach the real WeChat through the backup.
      payBackupUrl: env.WECHAT_PAY_BACKUP_URL ?? sandboxUrl ?? env.WECHAT_PAY_URL ?? 'https://api2.mch.weixin.qq.com',
    },
    sandbox: { on: sandboxOn, port: env.SANDBOX_PORT },
    trustProxy: env.TRUST_PROXY === 'true',
    metricsToken: env.METRICS_TOKEN,
    logLevel: env.LOG_LEVEL,
  }
}
