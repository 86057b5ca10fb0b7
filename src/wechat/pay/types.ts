import type { Secret } from '../../plumbing/secrets/secret.ts'

/** What one merchant number needs to sign its calls and to verify WeChat's answers (docs/wechat/pay-v3.md 6). */
export type PayKeyMaterial = {
  mchid: string
  /** Serial of the merchant's own API certificate, upper-case hex. */
  serialNo: string
  /** PEM, PKCS#8 or PKCS#1. */
  privateKey: Secret
  /** 32 letters and digits. */
  apiV3Key: Secret
  /** Both or neither: WeChat Pay's public key, where the merchant number uses it instead of certificates. */
  publicKeyId: string | undefined
  publicKey: string | undefined
}

export type PlatformCertificate = { serialNo: string; certificate: string; effectiveAt: Date; expiresAt: Date }

/** Where downloaded platform certificates outlive the process. */
export type CertificateStore = {
  load(): Promise<PlatformCertificate[]>
  save(list: PlatformCertificate[]): Promise<void>
}

export type PayRequest = {
  method: 'GET' | 'POST'
  /** Path and query, percent-encoded: these very bytes are signed and sent. */
  path: string
  /** From `payBody`: these very bytes are signed and sent. */
  body?: string
  /** Covers everything: connecting, signing, the answer's last byte and its verification. */
  timeoutMs?: number
  /** Try the backup host first. */
  backup?: boolean
}

export type UnknownWord = 'timeout' | 'unreachable' | 'reset' | 'unverified_answer' | 'unreadable_answer'

/** An answer that proves nothing: what was asked for may or may not have happened (docs/wechat/pay-v3.md 3.5). */
export type UnknownReply = {
  kind: 'unknown'
  /** `unreachable` alone says that the request never left; after every other word it may have been carried out. */
  word: UnknownWord
  status?: number
  requestId?: string
  detail: string
  /** An earlier try within the same call may have been carried out, whatever this word says. */
  mayHaveArrived?: boolean
}

export type RefusalReply = {
  kind: 'refusal'
  status: number
  /** WeChat's code; '' when the body was not WeChat's JSON (a gateway's page, say). */
  code: string
  message: string
  detail?: unknown
  requestId?: string
  /** The number at the end of the Request-ID (docs/wechat/pay-v3.md 1.7). A hint, never the only key. */
  subCode?: string
  /** It carried signature headers and they verified; otherwise it is advice, not proof. */
  proven: boolean
  /** An earlier try within the same call broke off: it may have been carried out, whatever this refusal says. */
  mayHaveArrived?: boolean
}

export type OkReply<T> = { kind: 'ok'; status: number; body: T; requestId?: string }

export type PayReply<T> = OkReply<T> | RefusalReply | UnknownReply

/** AES-256-GCM as WeChat writes it in notifications and certificate lists. */
export type SealedResource = {
  algorithm: string
  /** Base64 of the encrypted bytes followed by the 16-byte tag. */
  ciphertext: string
  nonce: string
  associated_data?: string | null
  original_type?: string | null
}

export type OpenedNotification = {
  id: string
  event_type: string
  summary: string
  original_type: string
  /** Decrypted and parsed, shape not yet checked: see `readPayment`, `readRefund`, `readCouponUse`. */
  resource: unknown
}

export type HeaderBag = Record<string, string | string[] | undefined>

/** A merchant number's line to WeChat Pay: signs what goes out, believes only what verifies. */
export type PayClient = {
  mchid: string
  /** Never throws for anything that WeChat or the network does; throws `PayRequestFault` for a request that must not be sent. */
  call<T = unknown>(request: PayRequest): Promise<PayReply<T>>
  /** Throws `NotificationRefused`. */
  openNotification(headers: HeaderBag, rawBody: Buffer): Promise<OpenedNotification>
  /** Downloads the platform certificates now; does nothing in public-key mode. Throws when they could not be had. */
  refreshCertificates(): Promise<void>
}
