import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const folder = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const files = (name: string, ending: string) =>
  readdirSync(folder(name))
    .filter((file) => file.endsWith(ending))
    .map((file) => ({ name: file.slice(0, -ending.length), text: readFileSync(`${folder(name)}/${file}`, 'utf8') }))

const pages = files('views/console', '.eta')
const parts = files('views/console/ui', '.eta')
const styles = files('public/console', '.css')

it.each(pages)('the page $name is parts and words: no class, no style', ({ text }) => {
  expect(text).not.toMatch(/\s(class|style)=/)
})

it.each(parts)('the part $name has no style of its own, and tells what it is given', ({ text }) => {
  const own = text.replace('<style><%~ it.kit.assets.style %></style>', '')
  expect(own).not.toMatch(/\sstyle=|<style|\son\w+=/)
  expect(text).toMatch(/^<% \/\* \S/)
})

it.each(parts)('the part $name is shown in the kit', ({ name }) => {
  const shown = pages.filter((page) => page.name.startsWith('kit')).map(({ text }) => text)
  const used = [...shown, ...parts.map(({ text }) => text)].join('\n')
  expect(used).toMatch(new RegExp(`(ui|wrap)\\('${name}'|'@console/ui/${name}'`))
})

it.each(styles)('public/console/$name.css has no rule that no part uses', ({ text }) => {
  const classes = new Set([...text.replace(/\/\*.*?\*\//gs, '').matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name!))
  const used = parts.map((part) => part.text).join('\n')
  const composed = /^(tag|alert|event)-(good|wait|bad|off)$|^(main|danger|plain)$/
  expect([...classes].filter((name) => !composed.test(name) && !used.includes(name))).toEqual([])
})
