// What is nicer with script; every page of the console is complete without it.

function reveal() {
  for (const element of document.querySelectorAll('[data-scripted]')) element.hidden = false
}
reveal()
document.addEventListener('htmx:after:swap', reveal)

// What loads parts of the page again comes once the page is drawn: on a slow line or machine it would hold that up.
const { then } = document.currentScript.dataset
const load = () => document.head.append(Object.assign(document.createElement('script'), { src: then }))
if (then) requestAnimationFrame(() => setTimeout(load))

// A part of the page that is asked for again comes by GET: the token of the form around it stays out of the address.
document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
  if (ctx.request.method === 'GET') ctx.request.body.delete('_csrf')
})

// What is not the asked page is shown as a page of its own: a sign-in that is needed again, or for a list its error.
document.addEventListener('htmx:before:response', (event) => {
  const { ctx } = event.detail
  const { redirected, ok, url } = ctx.response.raw
  if (!redirected && ok) return
  event.preventDefault()
  if (redirected) location.assign(url)
  else if (ctx.push) location.assign(ctx.request.action)
})

// A button that copies says for a moment that it did.
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy], [data-copy-of]')
  if (!button) return
  const { copy, copyOf } = button.dataset
  button.dataset.idle ??= button.innerHTML
  try {
    await navigator.clipboard.writeText(copy ?? document.getElementById(copyOf).textContent)
    button.textContent = '已复制'
  } catch {
    button.textContent = '请手动复制'
  }
  setTimeout(() => (button.innerHTML = button.dataset.idle), 2_000)
})

// One box for all rows of the page.
document.addEventListener('change', ({ target }) => {
  const name = target.dataset.selectAll
  if (name) for (const box of boxes(name)) box.checked = target.checked
  const all = name ? undefined : document.querySelector(`[data-select-all="${CSS.escape(target.name)}"]`)
  if (!all) return
  const checked = [...boxes(target.name)].filter((box) => box.checked).length
  all.checked = checked === boxes(target.name).length
  all.indeterminate = checked > 0 && !all.checked
})

function boxes(name) {
  return document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(name)}"]`)
}

// Keys lead somewhere, and never do a deed. Whoever types is left alone, and whoever has switched them off.
let begunAt = -Infinity
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea, dialog')) return
  if (!document.body.dataset.keys) return
  const isSecond = event.timeStamp - begunAt < 1_500
  begunAt = event.key === 'g' && !isSecond ? event.timeStamp : -Infinity
  if (isSecond ? goTo(event.key) : answer(event.key)) event.preventDefault()
})

function goTo(key) {
  const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`)
  link?.click()
  return link
}

function answer(key) {
  if (key === 'j' || key === 'k') return move(key === 'j' ? 1 : -1)
  if (key === '?') document.getElementById('keys').showModal()
  const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`)
  found?.focus()
  return found ?? key === '?'
}

// To the link of the next row, or of the one before.
function move(step) {
  const links = [...document.querySelectorAll('main tbody th a')]
  const at = links.findIndex((link) => link.closest('tr').contains(document.activeElement))
  const next = links[at < 0 && step < 0 ? links.length - 1 : at + step]
  next?.focus()
  return next
}

// Without script the link shows the dialog as the target of its address.
document.addEventListener('click', (event) => {
  const opener = event.target.closest?.('[data-dialog]')
  const closer = event.target.closest?.('[data-close]')
  if (!opener && !closer) return
  event.preventDefault()
  if (opener) document.getElementById(opener.dataset.dialog).showModal()
  else closer.closest('dialog').close()
})

// A second press of the same button is not sent while the answer to the first is on its way.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.method !== 'post') return
  if (form.dataset.sent) event.preventDefault()
  form.dataset.sent = 'true'
})
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent
})
