import { type DestinationStream, type Logger, pino } from 'pino'
import { loggedAddress } from './logged-address.ts'
import { loggedError } from './logged-error.ts'
import { maskText } from './mask-text.ts'
import { secretNames } from './private-names.ts'

/**
 * The process's log, one JSON object per line. Secrets are wrapped in `Secret` and print as `[secret]` anyway; the names
 * are a second protection, for objects of other libraries. `url` is shown without its query, an error without the values
 * that it quotes. Every finished line then passes `maskText`, so that whatever a line is about, it names no member.
 */
export function openLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secretPaths(), censor: '[secret]' },
    serializers: { url: loggedAddress, err: loggedError, error: loggedError },
    hooks: { streamWrite: maskText },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** At the top of a log line, one level down (`keys.privateKey`), and two levels down (`req.headers.cookie`). */
function secretPaths(): string[] {
  return secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])
}
