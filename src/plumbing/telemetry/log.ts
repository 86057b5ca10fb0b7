import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'
import { maskUrl } from './mask-url.ts'

/**
 * The process's log, one JSON object per line. Secrets are wrapped in `Secret` and print as `[secret]` anyway; the
 * names below are a second protection, for objects of other libraries. In `url` and errors, the parameters in which
 * WeChat puts secrets are masked.
 */
export function openLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secretPaths(), censor: '[secret]' },
    serializers: { url: maskUrl, err: maskedError, error: maskedError },
  }
  return destination ? pino(options, destination) : pino(options)
}

const secretNames = [
  'authorization',
  'Authorization',
  'cookie',
  'set-cookie',
  'privateKey',
  'private_key',
  'apiV3Key',
  'api_v3_key',
  'apiV2Key',
  'api_v2_key',
  'appSecret',
  'app_secret',
  'secret',
  'eventsSecret',
  'events_secret',
  'messageToken',
  'message_token',
  'encodingAesKey',
  'encoding_aes_key',
  'access_token',
  'refresh_token',
  'masterKeys',
  'cookieKeys',
  'metricsToken',
  'password',
  'encrypt_code',
  'activate_ticket',
]

/** At the top of a log line, one level down (`keys.privateKey`), and two levels down (`req.headers.cookie`). */
function secretPaths(): string[] {
  return secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])
}

/** An error with its message and stack masked: a failed call's message often quotes the whole address. */
function maskedError(error: unknown): unknown {
  if (!(error instanceof Error)) return maskUrl(error)
  const { message, stack, ...rest } = stdSerializers.err(error)
  return { ...rest, message: maskUrl(message), stack: maskUrl(stack) }
}
