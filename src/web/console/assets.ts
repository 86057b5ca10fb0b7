import { storeAsset, storeBundle, storePackageFile } from '../shell/assets.ts'

/** The addresses of the files that the console's pages load. */
export const assets = {
  style: storeBundle('console', 'css', 'text/css; charset=utf-8'),
  script: storeAsset('console.js', 'text/javascript; charset=utf-8'),
  htmx: storePackageFile('htmx.org/dist/htmx.min.js', 'htmx.js', 'text/javascript; charset=utf-8'),
}
