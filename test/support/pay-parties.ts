import { pino } from 'pino'
import type { Clock } from '../../src/plumbing/clock.ts'
import { systemClock } from '../../src/plumbing/clock.ts'
import { createCertificate, createKeyPair, type KeyPair } from '../../sandbox/certificate.ts'
import { Secret } from '../../src/plumbing/secrets/secret.ts'
import { aWall } from './walls.ts'
import { openPayClient, type PayClient } from '../../src/wechat/pay/client.ts'
import type { PlatformCertificate } from '../../src/wechat/pay/types.ts'

/** A key that WeChat signs with, and the certificate around it where it is one. */
export type PlatformKey = { serial: string; keys: KeyPair; certificate?: PlatformCertificate }

export function publicKeyPlatform(): PlatformKey {
  return { serial: 'PUB_KEY_ID_0116014009732026112300382175000001', keys: createKeyPair() }
}

export function certificatePlatform(from: Date = new Date()): PlatformKey {
  const made = createCertificate({ commonName: 'Tenpay.com sign', from })
  const certificate = {
    serialNo: made.serialNo,
    certificate: made.certificate,
    effectiveAt: new Date(made.beginsAt),
    expiresAt: new Date(made.endsAt),
  }
  return { serial: made.serialNo, keys: { privateKey: made.privateKey, publicKey: made.certificate }, certificate }
}

export const merchant = {
  mchid: '1601400973',
  serialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  keys: createKeyPair(),
  apiV3Key: new Secret('0aB1'.repeat(8)),
}

export type Stored = { list: PlatformCertificate[]; saves: number; fails?: boolean }

export type OpenedClient = AsyncDisposable & { client: PayClient; stored: Stored; logged: string[] }

/** A client of the merchant against these hosts: in public-key mode when a public key is given. */
export function openTestClient(options: {
  url: string
  backupUrl?: string
  publicKey?: PlatformKey
  stored?: PlatformCertificate[]
  clock?: Clock
  connections?: number
}): OpenedClient {
  const stored: Stored = { list: options.stored ?? [], saves: 0 }
  const logged: string[] = []
  const wall = aWall({ connections: options.connections })
  const client = openPayClient(
    {
      mchid: merchant.mchid,
      serialNo: merchant.serialNo,
      privateKey: new Secret(merchant.keys.privateKey),
      apiV3Key: merchant.apiV3Key,
      publicKeyId: options.publicKey?.serial,
      publicKey: options.publicKey?.keys.publicKey,
    },
    {
      mainUrl: options.url,
      backupUrl: options.backupUrl ?? options.url,
      wall,
      clock: options.clock ?? systemClock,
      log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
      certificates: {
        load: async () => {
          if (stored.fails) throw new Error('the database is away')
          return stored.list
        },
        save: async (list) => {
          if (stored.fails) throw new Error('the database is away')
          stored.list = list
          stored.saves += 1
        },
      },
    },
  )
  return { client, stored, logged, [Symbol.asyncDispose]: () => wall.destroy() }
}
