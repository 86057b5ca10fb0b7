/** What a page of WeChat's platforms says to a person instead of doing what was asked: one sentence per fault. */
export class PlatformRefusal extends Error {
  readonly sentences: string[]

  constructor(...sentences: string[]) {
    super(sentences.join('；'))
    this.sentences = sentences
  }
}
