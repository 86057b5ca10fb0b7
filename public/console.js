// What is nicer with script; every page of the console is complete without it.

for (const element of document.querySelectorAll('[data-scripted]')) element.hidden = false

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

// Keys lead somewhere, and never do a deed. Whoever types is left alone.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)
  if (!found) return
  event.preventDefault()
  found.focus()
})

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
