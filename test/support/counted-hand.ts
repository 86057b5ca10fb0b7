import type { Page } from 'playwright-core'

/** A person at a page whose inputs and presses are counted: what a flow may cost is part of its promise. */
export type CountedHand = {
  inputs: number
  presses: number
  fill(label: string, value: string): Promise<void>
  /** Drops a file on a field. */
  give(label: string, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void>
  /** Presses a button or a link of the page itself, by its words. */
  press(name: string | RegExp): Promise<void>
}

export function countedHand(page: Page): CountedHand {
  const hand: CountedHand = {
    inputs: 0,
    presses: 0,
    async fill(label, value) {
      hand.inputs += 1
      await page.getByLabel(label, { exact: true }).fill(value)
    },
    async give(label, file) {
      hand.inputs += 1
      await page.getByLabel(label, { exact: true }).setInputFiles(file)
    },
    async press(name) {
      hand.presses += 1
      const main = page.locator('main')
      const one = main.getByRole('button', { name, exact: true }).or(main.getByRole('link', { name, exact: true }))
      await one.first().click()
      await page.waitForLoadState()
    },
  }
  return hand
}
