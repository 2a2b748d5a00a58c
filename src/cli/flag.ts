import { OptionError } from '../index.ts'

/** What `does` gives; an error about an option of the library names the flag that was typed. */
export function byFlag<T>(does: () => T): T {
  try {
    return does()
  } catch (error) {
    if (!(error instanceof OptionError) || error.option === null || !error.message.startsWith(error.option)) throw error
    const flag = `--${error.option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw new OptionError(error.code, flag + error.message.slice(error.option.length), { cause: error, option: error.option })
  }
}
