import { OptionError } from '../../errors.ts'
import { captureHeader, type Compile } from './compiler.ts'
import { libpcapCompiler } from './libpcap-compiler.ts'
import type { Program } from './program.ts'
import { compileByTcpdump } from './tcpdump-compiler.ts'

/** Ethernet, 802.11 with radiotap, raw IP, SS7, ATM: what the language has words for is known of one of them. */
const USUAL = [1, 127, 101, 140, 123]

/** An expression of libpcap's language, and its programs: one for each link type that is met. */
export class Filter {
  readonly expression: string
  readonly #programs = new Map<number, Program>()
  #compile: Compile | null

  /** @param compile what compiles it; left out, libpcap, or else tcpdump @throws OptionError where the expression is no text */
  constructor(expression: string, compile: Compile | null = null) {
    if (typeof expression !== 'string' || expression.includes('\0')) throw new OptionError('WEIR_OPTION_FILTER', `filter is ${JSON.stringify(expression)}: it must be an expression such as 'udp port 53'`)
    this.expression = expression
    this.#compile = compile
  }

  /** Find what compiles it. `program` and `check` need that. */
  async load(): Promise<void> {
    this.#compile ??= (await libpcapCompiler()) ?? compileByTcpdump
  }

  /**
   * The program for packets of a link type.
   * @param littleEndian how BSD's null link layer, type 0, has its numbers; of no other link type does it matter
   * @throws OptionError where the expression cannot be compiled for it @throws SourceError where nothing compiles it
   */
  program(linkType: number, littleEndian = true): Program {
    const key = littleEndian ? linkType : ~linkType
    let program = this.#programs.get(key)
    if (program === undefined) {
      const compiled = this.#compile!(this.expression, captureHeader(linkType, littleEndian))
      if (typeof compiled === 'string') throw new OptionError('WEIR_OPTION_FILTER', `filter '${this.expression}' is refused by libpcap, for link type ${linkType}: ${compiled}`)
      this.#programs.set(key, program = compiled)
    }
    return program
  }

  /** Compile it before it is known which link types will come. @throws OptionError where it cannot be for any usual one */
  check(): void {
    let first: unknown
    for (const linkType of USUAL) {
      try {
        this.program(linkType)
        return
      } catch (error) {
        if (!(error instanceof OptionError)) throw error
        first ??= error
      }
    }
    throw first
  }
}
