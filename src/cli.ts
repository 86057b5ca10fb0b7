import { runCli } from './cli/run.ts'
import { openLog } from './plumbing/telemetry/log.ts'
import { endOnUncaught } from './plumbing/telemetry/uncaught.ts'

endOnUncaught(openLog('fatal', process.stderr))
process.exitCode = await runCli(process.argv.slice(2))
