/** The program, which on SIGUSR2 prints for how many milliseconds its event loop has been busy since it started. */
process.on('SIGUSR2', () => process.stdout.write(`busy ${performance.eventLoopUtilization().active}\n`))
await import('../../src/main.ts')
