import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrInstall, findProgram } from './installed.ts'
import { freePort } from './listen.ts'
import { supervise } from './supervised.ts'
import { until } from './waiting.ts'

/** A real proxy in front of an application, with the settings of deploy/. */
export type Proxy = {
  url: string
  /** What it has logged about requests. */
  accessLog(): string
  stop(): Promise<void>
}

const inDeploy = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url))
const pages = inDeploy('pages')

/** With TEST_PROXY=nginx a proxy in front of the application at `appUrl`; otherwise that address itself. */
export async function frontOf(appUrl: string): Promise<Pick<Proxy, 'url' | 'stop'>> {
  if (process.env.TEST_PROXY === 'nginx') return startNginx(appUrl)
  return { url: appUrl, stop: () => Promise.resolve() }
}

/**
 * nginx with deploy/nginx.conf in front of the application at `appUrl`. It ends TLS with `certificate`; without one it
 * speaks plain HTTP to whatever name it is asked for.
 */
export async function startNginx(appUrl: string, certificate?: { cert: string; key: string }): Promise<Proxy> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startNginxOnce(appUrl, certificate)
    } catch (error) {
      // Other tests run beside this one, and may take a port that was free a moment ago.
      if (attempt === mostStarts) throw error
    }
  }
}

const mostStarts = 3

async function startNginxOnce(appUrl: string, certificate?: { cert: string; key: string }): Promise<Proxy> {
  const program = findOrInstall('nginx', () => findProgram(['nginx']))
  const directory = mkdtempSync(join(tmpdir(), 'paycoupon-nginx-'))
  const [port, redirects, strangers] = [await freePort(), await freePort(), await freePort()]
  const tls = certificate ? 'ssl http2 ' : ''
  const site = adapted('nginx.conf', [
    ['server 127.0.0.1:3000;', `server ${new URL(appUrl).host};`],
    ['listen 80 default_server;', `listen 127.0.0.1:${redirects} default_server;`],
    [
      'listen 443 ssl http2 default_server;\n    ssl_reject_handshake on;',
      certificate
        ? `listen 127.0.0.1:${port} ${tls}default_server;\n    ssl_reject_handshake on;`
        : `listen 127.0.0.1:${strangers};\n    return 444;`,
    ],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${port} ${tls};`],
    ['ssl_certificate /etc/ssl/paycoupon/fullchain.pem;', certificate ? `ssl_certificate ${certificate.cert};` : ''],
    [
      'ssl_certificate_key /etc/ssl/paycoupon/privkey.pem;',
      certificate ? `ssl_certificate_key ${certificate.key};` : '',
    ],
    ['/var/log/nginx/paycoupon.log', join(directory, 'access.log')],
    ['/etc/nginx/paycoupon-pages/', `${pages}/`],
  ])
  writeFileSync(join(directory, 'site.conf'), site)
  writeFileSync(join(directory, 'nginx.conf'), mainConf(directory))
  const command = [program, '-p', directory, '-e', join(directory, 'error.log'), '-c', join(directory, 'nginx.conf')]
  const checked = spawnSync(command[0]!, [...command.slice(1), '-t'], { encoding: 'utf8' })
  if (checked.status !== 0) throw new Error(`nginx does not take deploy/nginx.conf:\n${checked.stderr}`)
  return started(command, directory, `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`)
}

/** Caddy with deploy/Caddyfile in front of the application at `appUrl`, without TLS. */
export async function startCaddy(appUrl: string): Promise<Proxy> {
  const program = findOrInstall('caddy', () => findProgram(['caddy']))
  const directory = mkdtempSync(join(tmpdir(), 'paycoupon-caddy-'))
  const port = await freePort()
  const site = adapted('Caddyfile', [
    ['{\n\tservers {', `{\n\tadmin off\n\tstorage file_system ${directory}\n\tservers {`],
    ['coupons.example.com, console.example.com {', `http://:${port} {\n\tbind 127.0.0.1`],
    ['127.0.0.1:3000', new URL(appUrl).host],
    ['/etc/caddy/paycoupon-pages', pages],
  ])
  writeFileSync(join(directory, 'Caddyfile'), site)
  return started(
    [program, 'run', '--adapter', 'caddyfile', '--config', join(directory, 'Caddyfile')],
    directory,
    `http://127.0.0.1:${port}`,
  )
}

/** A file of deploy/ with each of these texts, which it has once, replaced. */
function adapted(name: string, replaced: [text: string, by: string][]): string {
  return replaced.reduce(
    (file, [text, by]) => {
      if (file.split(text).length !== 2) throw new Error(`deploy/${name} must have this once: ${text}`)
      return file.replace(text, () => by)
    },
    readFileSync(inDeploy(name), 'utf8'),
  )
}

function mainConf(directory: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${directory}/pid;
events { worker_connections 2048; }
http {
  ${temporary.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  include ${directory}/site.conf;
}`
}

async function started(command: string[], directory: string, url: string): Promise<Proxy> {
  const server = supervise({ command, directory, owner: undefined, stopSignal: 'TERM' })
  await server.start()
  await until(() => accepts(url)).catch((cause: unknown) => {
    throw new Error(`${command[0]} did not start:\n${readFileSync(join(directory, 'output.log'), 'utf8')}`, { cause })
  })
  return {
    url,
    accessLog: () => ['access.log', 'output.log'].map((name) => textOf(join(directory, name))).join(''),
    stop: () => server.stop(),
  }
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function accepts(url: string): Promise<boolean> {
  return new Promise((answer) => {
    request(url.replace('https:', 'http:'), (response) => {
      response.resume()
      answer(true)
    })
      .on('error', () => answer(false))
      .end()
  })
}
