import { commandLine } from '../../operators/rights/parts.ts'

/** Who did something, as the audit has it, by their address; the command line has a name of its own. */
export function doerName(by: string): string {
  return by === commandLine.email ? '命令行' : by
}
