import type { Secret } from '../../plumbing/secrets/secret.ts'
import type { HeaderBag } from '../exchange.ts'

/** The keys with which one merchant number signs its calls and verifies WeChat's answers (docs/wechat/pay-v3.md 6). */
export type PayKeys = {
  mchid: string
  /** Serial of the merchant's own API certificate, upper-case hex. */
  serialNo: string
  /** PEM, PKCS#8 or PKCS#1. */
  privateKey: Secret
  /** 32 letters and digits. */
  apiV3Key: Secret
  /** Both or neither: WeChat Pay's public key, if the merchant number uses it instead of certificates. */
  publicKeyId: string | undefined
  publicKey: string | undefined
}

export type PlatformCertificate = { serialNo: string; certificate: string; effectiveAt: Date; expiresAt: Date }

/** Keeps downloaded platform certificates beyond the process's life. */
export type CertificateStore = {
  load(): Promise<PlatformCertificate[]>
  save(list: PlatformCertificate[]): Promise<void>
}

export type PayRequest = {
  method: 'GET' | 'POST'
  /** Path and query, percent-encoded: exactly these bytes are signed and sent. */
  path: string
  /** JSON: exactly these bytes are signed and sent. */
  body?: string
  /** Instead of `body`: a form of which only one part is signed (docs/wechat/pay-v3.md 2.15). */
  form?: SignedForm
  /** Limits everything together: connecting, signing, the answer's last byte and its verification. */
  timeoutMs?: number
  /** Try the backup host first. */
  backup?: boolean
  /** An answer without any signature is accepted too: of flow files it has none (docs/wechat/bills.md 2). */
  mayBeUnsigned?: boolean
  /** Instead of JSON. */
  accept?: string
}

export type SignedForm = { signed: string; contentType: string; bytes: Buffer }

export type UnknownWord = 'timeout' | 'unreachable' | 'reset' | 'unverified_answer' | 'unreadable_answer'

/** An answer that proves nothing: the request may or may not have been carried out (docs/wechat/pay-v3.md 3.5). */
export type UnknownReply = {
  kind: 'unknown'
  /** Only `unreachable` means that the request was never sent; after every other word it may have been carried out. */
  word: UnknownWord
  status?: number
  requestId?: string
  detail: string
  /** An earlier try in the same call may have been carried out, whatever this word is. */
  mayHaveArrived?: boolean
  /** Our own wall let no call through to either host: WeChat was not even tried. The word is `unreachable`. */
  heldBack?: boolean
  date?: string
}

export type RefusalReply = {
  kind: 'refusal'
  status: number
  /** WeChat's code; '' when the body was not WeChat's JSON (a gateway's page, for example). */
  code: string
  message: string
  detail?: unknown
  requestId?: string
  /** The number at the end of the Request-ID (docs/wechat/pay-v3.md 1.7). Only a hint: never decide by it alone. */
  subCode?: string
  /** It had signature headers and they verified; otherwise it is advice, not proof. */
  proven: boolean
  /** An earlier try in the same call broke off: it may have been carried out, whatever this refusal says. */
  mayHaveArrived?: boolean
  date?: string
}

export type OkReply<T> = { kind: 'ok'; status: number; body: T; requestId?: string; date?: string }

/** `date`: the time of the host that answered, as its Date header says; nobody has signed it. */
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
  /** Decrypted and parsed; its shape is not yet checked: see `readPayment`, `readRefund`, `readCouponUse`. */
  resource: unknown
}

/** A merchant number's client for WeChat Pay: signs what it sends, and trusts only what verifies. */
export type PayClient = {
  mchid: string
  /** Never throws because of WeChat or the network; throws `PayRequestFault` for a request that must not be sent. */
  call<T = unknown>(request: PayRequest): Promise<PayReply<T>>
  /** How many calls may begin now: none while WeChat gives this number no answers. */
  room(): number
  /** Throws `NotificationRefused`. */
  openNotification(headers: HeaderBag, rawBody: Buffer): Promise<OpenedNotification>
}
