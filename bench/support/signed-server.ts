import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { answerMessage, makeNonce } from '../../src/wechat/pay/signature.ts'

/** What the parent sends; the child answers with its address. It ends when the parent disconnects. */
export type ServerKeys = {
  serial: string
  privateKey: string
  /** 'pooled': whole answers signed beforehand, for measuring a client alone. 'each': every coupon its own number. */
  answers: 'pooled' | 'each'
}

/** Enough that no client sees one answer twice in a row, few enough to be signed in an instant. */
const poolSize = 64
const firstCouponId = 9_867_041

/**
 * A WeChat Pay that answers every call with a signed coupon number and only counts requests off, so that the processor is
 * left to what is measured. Runs in a process of its own.
 */
process.once('message', ({ serial, privateKey, answers }: ServerKeys) => {
  const key = createPrivateKey(privateKey)
  const pool = Array.from({ length: answers === 'pooled' ? poolSize : 0 }, (_, index) =>
    signedAnswer(serial, key, index),
  )
  let next = 0
  const answer = () => pool[next++ % poolSize] ?? signedAnswer(serial, key, next)
  const server = createServer((socket) => answerEach(socket, answer))
  server.listen(0, '127.0.0.1', () => process.send!(server.address()))
})
process.once('disconnect', () => process.exit())

/** Answers each complete request on a keep-alive connection; the clients never send the next one before the answer. */
function answerEach(socket: Socket, answer: () => Buffer): void {
  let received = ''
  socket.setNoDelay()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const bodyLength = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0)
    if (received.length < headEnd + 4 + bodyLength) return
    const close = /connection: close/i.test(received)
    received = ''
    socket.write(answer())
    if (close) socket.end()
  })
}

function signedAnswer(serial: string, key: KeyObject, index: number): Buffer {
  const body = JSON.stringify({ coupon_id: String(firstCouponId + index) })
  const timestamp = Math.floor(Date.now() / 1000).toString()
  const nonce = makeNonce()
  const signature = sign('sha256', answerMessage(timestamp, nonce, Buffer.from(body)), key).toString('base64')
  const lines = [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: keep-alive',
    'Request-ID: 08E7CA050A0B9C06-0',
    `Wechatpay-Timestamp: ${timestamp}`,
    `Wechatpay-Nonce: ${nonce}`,
    `Wechatpay-Serial: ${serial}`,
    `Wechatpay-Signature: ${signature}`,
    'Wechatpay-Signature-Type: WECHATPAY2-SHA256-RSA2048',
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
