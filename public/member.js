// The button shows at once that it was tapped, and a second tap is not sent. Every page works without this file.
document.addEventListener('submit', (event) => {
  const button = event.target.querySelector('button[data-busy]')
  if (!button) return
  if (button.getAttribute('aria-busy') === 'true') return event.preventDefault()
  button.dataset.idle = button.textContent
  button.textContent = button.dataset.busy
  button.setAttribute('aria-busy', 'true')
})

// What WeChat's browser adds is loaded when everything is there, so that the page never waits for it.
const { wechat, add } = document.currentScript.dataset
if (wechat) {
  const { nonce } = document.currentScript
  window.addEventListener('load', () =>
    document.head.append(Object.assign(document.createElement('script'), { src: add, nonce })),
  )
}

// After the back key the page may be shown as it was left: with a busy button and a used claim key.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload()
})
