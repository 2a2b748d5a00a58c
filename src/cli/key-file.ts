import { open } from 'node:fs/promises'

import { type Anonymizer, cryptoPan, OptionError } from '../index.ts'

/** More than any key has; what never ends, as /dev/urandom, is not read for ever. @unit octets */
const MOST = 100

/** What anonymizes with the key in a file. @throws {OptionError} */
export async function anonymizerOf(path: string): Promise<Anonymizer> {
  const key = await keyIn(path)
  try {
    return cryptoPan(key)
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    throw new OptionError(error.code, `--anonymize: ${path} has ${key.length === MOST ? `${MOST} octets or more` : `${key.length} octet${key.length === 1 ? '' : 's'}`}, and a key has 32, or 64 hexadecimal digits: 'head -c 32 /dev/urandom > ${path}' makes one`)
  }
}

async function keyIn(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const bytes = new Uint8Array(MOST)
      let length = 0
      // a pipe gives it in pieces
      for (let read = -1; read !== 0 && length < MOST; length += read) read = (await file.read(bytes, length, MOST - length)).bytesRead
      return bytes.subarray(0, length)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new OptionError('WEIR_OPTION_ANONYMIZE', `--anonymize cannot read ${path}: ${(error as Error).message}: name a file that holds the key`)
  }
}
