import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SandboxShop } from './shop.ts'

/** `npm start` or a command as a process of its own. */
export type Program = {
  /** Everything it has printed, on either stream. */
  printed(): string
  errors(): string
  /** Resolves once it has printed a line that matches; rejects with all that it printed when it ends before. */
  says(words: RegExp): Promise<RegExpExecArray>
  /** Sends SIGTERM. */
  stop(): void
  /** Sends SIGKILL. */
  kill(): void
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
}

const inSource = (file: string) => fileURLToPath(new URL(`../../src/${file}`, import.meta.url))

/** Starts the program on the ledger, Redis and WeChat of a shop, with these settings. Its log has errors only. */
export function startProgramOf({ services, sandbox }: SandboxShop, settings: Record<string, string>): Program {
  const { databaseUrl, redisUrls, masterKeys, cookieKeys } = services.config
  return startProgram({
    NODE_ENV: 'development',
    DATABASE_URL: databaseUrl ?? '',
    REDIS_URL: redisUrls.join(),
    MASTER_KEY: masterKeys[0]?.toString('base64') ?? '',
    COOKIE_KEYS: cookieKeys.join(),
    WECHAT_OPEN_URL: sandbox.url,
    WECHAT_API_URL: sandbox.url,
    WECHAT_PAY_URL: sandbox.url,
    LOG_LEVEL: 'error',
    ...settings,
  })
}

/** Starts src/main.ts with these settings and nothing of ours beside the search path. It must be awaited to its end. */
export function startProgram(settings: Record<string, string>): Program {
  return startNode(['--import', 'tsx', inSource('main.ts')], settings)
}

/** `npm run cli -- …` in the same way. */
export function startCommand(args: string[], settings: Record<string, string>): Program {
  return startNode(['--import', 'tsx', inSource('cli.ts'), ...args], settings)
}

/** Node itself in the same way. */
export function startNode(args: string[], settings: Record<string, string>): Program {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)

  async function says(words: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = words.exec(out)
      if (found) return found
      const over = await Promise.race([once(child.stdout, 'data').then(() => false), ended.then(() => true)])
      if (over && !words.test(out)) throw new Error(`it ended without a word of ${words}:\n${out}${err}`)
    }
  }
  return {
    printed: () => out + err,
    errors: () => err,
    says,
    stop: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
    ended,
  }
}
