import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { iconNames, sprite } from '../../../scripts/console-icons.ts'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8')
const filesOf = (folder: string, ending: string) =>
  readdirSync(fileURLToPath(new URL(`../../../${folder}`, import.meta.url)))
    .filter((name) => name.endsWith(ending))
    .map((name) => read(`${folder}/${name}`))

test('the sprite is what the script makes, with its licence', () => {
  const stored = read('views/console/icons.svg')
  expect(stored).toBe(sprite())
  expect(stored).toContain('Permission is hereby granted, free of charge')
})

test('a page and the menu only name signs of the sprite, and none of it is there for nothing', () => {
  const views = [...filesOf('views/console', '.eta'), ...filesOf('views/console/ui', '.eta')].join('\n')
  const menu = read('src/web/console/menu-icons.ts')
  const named = [
    ...[...views.matchAll(/icon: '([\w-]+)'/g)].map(([, name]) => name!),
    ...[...views.matchAll(/ui\('icon', \{ name: '([\w-]+)'/g)].map(([, name]) => name!),
    ...[...views.matchAll(/: '([\w-]+-filled)'/g)].map(([, name]) => name!),
    ...[...menu.matchAll(/: '([\w-]{3,})',/g)].map(([, name]) => name!),
    ...[...menu.matchAll(/otherIcon = '([\w-]+)'/g)].map(([, name]) => name!),
  ]
  expect(named.filter((name) => !iconNames.includes(name))).toEqual([])
  expect(iconNames.filter((name) => !named.includes(name))).toEqual([])
})
