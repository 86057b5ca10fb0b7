// A tap shows at once that it was heard, and a second tap is not sent; everything works without this file.
document.addEventListener('submit', (event) => {
  const button = event.target.querySelector('button[data-busy]')
  if (!button) return
  if (button.getAttribute('aria-busy') === 'true') return event.preventDefault()
  button.dataset.idle = button.textContent
  button.textContent = button.dataset.busy
  button.setAttribute('aria-busy', 'true')
})

// Coming back by the back key may show the page as it was left: busy, and with a key that was used.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload()
})
