import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { argv, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'

/** The signs that the console uses, by their names in tdesign-icons-svg. */
export const iconNames = [
  'home',
  'shop',
  'houses-1',
  'map-route-planning',
  'coupon',
  'gift',
  'history',
  'usergroup',
  'service',
  'file-paste',
  'user',
  'api',
  'mail',
  'layers',
  'root-list',
  'check-circle-filled',
  'time-filled',
  'error-circle-filled',
  'info-circle-filled',
  'add',
  'file-import',
  'refresh',
  'download',
  'edit',
  'qrcode',
  'jump',
]

const folder = dirname(createRequire(import.meta.url).resolve('tdesign-icons-svg/package.json'))

/** The sprite: one symbol for each sign, without the library's classes, sizes and invisible shapes. */
export function sprite(): string {
  const symbols = iconNames.map(
    (name) => `<symbol id="${name}" viewBox="0 0 24 24" fill="none">${shapesOf(name)}</symbol>`,
  )
  const notice = `Signs of tdesign-icons-svg, gathered by scripts/console-icons.ts.\n\n${read('LICENSE').trim()}`
  return ['<svg xmlns="http://www.w3.org/2000/svg">', `<!-- ${notice} -->`, ...symbols, '</svg>', ''].join('\n')
}

function shapesOf(name: string): string {
  const shapes = read(`src/${name}.svg`).match(/<(path|circle|rect)\b[^>]*>/g) ?? []
  return shapes
    .filter((shape) => !shape.includes('fill="transparent"'))
    .map((shape) => shape.replace(/ id="[^"]*"/, '').replace(/\/?>$/, '/>'))
    .join('')
}

function read(file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../views/console/icons.svg', import.meta.url), sprite())
  stdout.write(`${iconNames.length} signs\n`)
}
