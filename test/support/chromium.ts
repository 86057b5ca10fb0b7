import { findOrInstall, findProgram } from './installed.ts'

/** The path of a Chromium for playwright-core; installs Debian's `chromium` where none is found. */
export function findChromium(): string {
  return findOrInstall('chromium', () =>
    findProgram(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']),
  )
}
