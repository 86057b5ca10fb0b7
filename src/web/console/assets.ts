import { createHash } from 'node:crypto'
import { readBundle, storeAsset, storePackageFile } from '../shell/assets.ts'

/**
 * The style stands in each page: on a slow line a file of its own costs a round trip before anything is drawn, a third of
 * the wait. The files that a page loads stand here by their addresses.
 */
export const assets = {
  style: readBundle('console', 'css'),
  script: storeAsset('console.js', 'text/javascript; charset=utf-8'),
  htmx: storePackageFile('htmx.org/dist/htmx.min.js', 'htmx.js', 'text/javascript; charset=utf-8'),
}

/** What a policy names to allow this style and no other. */
export const styleSource = `'sha256-${createHash('sha256').update(assets.style).digest('base64')}'`
