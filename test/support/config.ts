import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import type { Config } from '../../src/plumbing/config/config.ts'

/** Port 9 (discard) is closed on every sane machine: a call there is refused at once. */
export const nobodyListens = 'http://127.0.0.1:9'

/** A complete development configuration with keys of this moment and no databases. */
export function testConfig(): Config {
  return {
    production: false,
    host: '127.0.0.1',
    port: 0,
    opsPort: undefined,
    maxConnections: 10_000,
    role: 'all',
    publicUrl: 'http://localhost:3000',
    consoleUrl: 'http://localhost:3000/console',
    databaseUrl: undefined,
    dataDir: tmpdir(),
    redisUrls: [],
    masterKeys: [randomBytes(32)],
    cookieKeys: [randomBytes(24).toString('base64url')],
    wechat: wechatAt(nobodyListens),
    sandbox: { on: false, port: 0 },
    pageScriptUrl: undefined,
    receiptHeight: 600,
    // The sandbox gives as many as it is asked for, unless a test says otherwise.
    flowFilesPerMinute: 1_000,
    trustProxy: false,
    metricsToken: undefined,
    logLevel: 'silent',
    keep: { inboxBodyDays: 7, inboxRowDays: 35, attemptDays: 180, attemptOfSentDays: 30 },
    passwordLog2N: 8,
    smtp: undefined,
    application: { mailTo: ['apply@example.com'], company: undefined, reason: '用于会员活动' },
  }
}

export function wechatAt(url: string, payBackupUrl = url): Config['wechat'] {
  return { openUrl: url, apiUrl: url, payUrl: url, payBackupUrl, filesUrl: url }
}
