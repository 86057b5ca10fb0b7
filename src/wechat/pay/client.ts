import type { Dispatcher } from 'undici'
import type { Logger } from 'pino'
import type { Clock } from '../../clock.ts'
import type { CertificateStore, PayClient, PayKeyMaterial } from './types.ts'

export type {
  CertificateStore,
  HeaderBag,
  OpenedNotification,
  PayClient,
  PayKeyMaterial,
  PayReply,
  PayRequest,
  PlatformCertificate,
  RefusalReply,
  UnknownReply,
} from './types.ts'

export type PayClientOptions = {
  mainUrl: string
  backupUrl: string
  http: Dispatcher
  clock: Clock
  log: Logger
  certificates: CertificateStore
}

/** Opens a merchant number's line to WeChat Pay. */
export declare function openPayClient(keys: PayKeyMaterial, options: PayClientOptions): PayClient
