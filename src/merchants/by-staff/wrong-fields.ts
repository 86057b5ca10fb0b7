import { Unusable } from '../../plumbing/unusable.ts'

/** A field of a form, and in Chinese what is wrong with it; `name` is empty where it is no field's fault. */
export type WrongField = { name: string; text: string }

/** A form about a merchant that cannot be used. Nothing was changed. */
export class WrongFields extends Unusable {
  readonly fields: WrongField[]

  constructor(fields: WrongField[]) {
    super(fields.map(({ name, text }) => (name ? `${name}: ${text}` : text)))
    this.name = 'WrongFields'
    this.fields = fields
  }
}

/** Throws `WrongFields` when there is one. */
export function refuseIfWrong(fields: WrongField[]): void {
  if (fields.length > 0) throw new WrongFields(fields)
}
