/**
 * The places of one scope as Redis keeps them: place n is bit n, the most significant bit of a byte first
 * (https://redis.io/docs/latest/commands/setbit/). Bit 0 is always set: it marks a scope that was loaded.
 */
export function toBitmap(numbers: number[]): Buffer {
  const highest = numbers.reduce((high, number) => Math.max(high, number), 0)
  const bitmap = Buffer.alloc((highest >> 3) + 1)
  for (const number of [0, ...numbers]) bitmap[number >> 3] = (bitmap[number >> 3] ?? 0) | (0x80 >> (number & 7))
  return bitmap
}

/** The places that are taken, without bit 0. */
export function fromBitmap(bitmap: Buffer): number[] {
  const numbers: number[] = []
  for (let index = 0; index < bitmap.length; index += 1) {
    const byte = bitmap[index] ?? 0
    for (let bit = 0; byte !== 0 && bit < 8; bit += 1) {
      if (byte & (0x80 >> bit)) numbers.push(index * 8 + bit)
    }
  }
  return numbers.filter((number) => number > 0)
}
