import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { createInterface, type Interface } from 'node:readline'

/** A server under a small shell that ends it, and removes its directory, as soon as this process is gone for any reason. */
export type Supervised = {
  /** Starts the server again after `signal` ended it. */
  start(): Promise<void>
  /** Sends a signal and, unless it only pauses or resumes, waits until the server has ended. */
  signal(name: 'INT' | 'QUIT' | 'KILL' | 'STOP' | 'CONT'): Promise<void>
  /** Ends server and shell and removes the directory. */
  stop(): Promise<void>
}

export type Owner = { uid: number; gid: number } | undefined

/**
 * Runs `command` under supervision. The shell reads orders from a pipe; the end of the pipe, also by our `kill -9`, means stop.
 * It is detached, so that a Ctrl-C on the terminal reaches us first and not the server in the middle of a test.
 */
export function supervise(options: {
  command: string[]
  directory: string
  owner: Owner
  stopSignal: 'INT' | 'TERM'
}): Supervised {
  const shell = spawn(
    '/bin/sh',
    ['-c', script, 'supervisor', options.directory, options.stopSignal, ...options.command],
    {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd: options.directory,
      ...options.owner,
    },
  )
  const answers = createInterface({ input: shell.stdout! })
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()))
  shell.stdin!.on('error', () => undefined)
  holdOpen(shell, false)

  return {
    start: () => order(shell, answers, 'start'),
    signal: (name) => order(shell, answers, name),
    async stop() {
      holdOpen(shell, true)
      shell.stdin!.end()
      await ended
    },
  }
}

const script = `
directory=$1; stop_signal=$2; shift 2
trap '' INT TERM HUP
server=
while read -r order; do
  case $order in
    start) (trap - INT TERM HUP; exec "$@" >> "$directory/output.log" 2>&1 < /dev/null) & server=$! ;;
    STOP|CONT) kill -$order $server ;;
    *) kill -$order $server; kill -CONT $server; wait $server; server= ;;
  esac
  echo done
done
if [ -n "$server" ]; then kill -CONT $server; kill -$stop_signal $server; wait $server; fi
rm -rf "$directory"
`

function order(shell: ChildProcess, answers: Interface, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    holdOpen(shell, true)
    answers.once('line', () => {
      holdOpen(shell, false)
      resolve()
    })
    shell.stdin!.write(`${text}\n`, (error) => error && reject(error))
  })
}

/** Between orders nothing here keeps a finished process from ending: the shell then sees the pipe close and cleans up. */
function holdOpen(shell: ChildProcess, hold: boolean): void {
  const word = hold ? 'ref' : 'unref'
  shell[word]()
  for (const stream of [shell.stdin, shell.stdout]) (stream as Socket)[word]()
}
