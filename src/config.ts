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
