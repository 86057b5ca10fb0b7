// Plays WeChat's page after a payment: waits for the receipt's sign of life, and asks before it leaves for the merchant.
const { app } = document.currentScript.dataset
const frame = document.querySelector('iframe')
const show = (id) => (document.getElementById(id).hidden = false)
const patienceMs = 3_000

if (frame) {
  const late = setTimeout(() => {
    frame.remove()
    show('failed')
  }, patienceMs)

  window.addEventListener('message', ({ origin, source, data }) => {
    if (origin !== app || source !== frame.contentWindow) return
    const { action, displayStyle, height, jumpOutUrl } = JSON.parse(data)
    if (action === 'onIframeReady') {
      clearTimeout(late)
      if (displayStyle === 'SHOW_OFFICIAL_PAGE') {
        frame.remove()
        return show('official')
      }
      // The height counts at a width of 640.
      const px = Math.min(960, Math.max(600, Number(height) || 600))
      frame.style.height = `${(px * frame.clientWidth) / 640}px`
    }
    if (action === 'jumpOut') ask(jumpOutUrl)
  })
}

function ask(address) {
  const dialog = document.querySelector('dialog')
  dialog.showModal()
  for (const button of dialog.querySelectorAll('button'))
    button.onclick = () => {
      dialog.close()
      if (button.value === 'yes') window.location.assign(address)
    }
}
