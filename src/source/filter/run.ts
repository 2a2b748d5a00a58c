import { Operation } from './operation.ts'
import type { Program } from './program.ts'

// an import is a live binding, looked up at every use; a constant of the module's own is folded into the code
const {
  LdAbs, LdhAbs, LdbAbs, LdInd, LdhInd, LdbInd, LdImm, LdMem, LdLen, LdxImm, LdxMem, LdxLen, LdxMsh, St, Stx,
  AddK, SubK, MulK, DivK, OrK, AndK, LshK, RshK, ModK, XorK, AddX, SubX, MulX, DivX, OrX, AndX, LshX, RshX, ModX, XorX, Neg,
  Ja, JeqK, JgtK, JgeK, JsetK, JeqX, JgtX, JgeX, JsetX, RetK, RetA, Tax, Txa,
} = Operation

/**
 * Run a program over a frame, as libpcap's `bpf_filter` does: a load beyond what was captured and a division by zero reject it. Scratch
 * memory that was not written holds 0, and a shift by 32 or more gives 0, where libpcap leaves open what comes.
 * @param view its octets from `start` for `captured` are the frame; `wire` is how long it was
 * @returns 0 where the frame does not pass; any other number where it does
 */
export function run(program: Program, view: DataView, start: number, captured: number, wire: number): number {
  const { code, jt, jf, k: constants, scratch } = program
  if (program.usesScratch) scratch.fill(0)
  // both are 32 bits: signed, and unsigned (>>> 0) where that makes a difference
  let a = 0
  let x = 0
  for (let at = 0; ; at++) {
    const k = constants[at]
    switch (code[at]) {
      case LdAbs: {
        const offset = k >>> 0
        if (offset + 4 > captured) return 0
        a = view.getInt32(start + offset)
        break
      }
      case LdhAbs: {
        const offset = k >>> 0
        if (offset + 2 > captured) return 0
        a = view.getUint16(start + offset)
        break
      }
      case LdbAbs: {
        const offset = k >>> 0
        if (offset + 1 > captured) return 0
        a = view.getUint8(start + offset)
        break
      }
      // the sum does not wrap round: what is beyond 2^32 is beyond the frame
      case LdInd: {
        const offset = (x >>> 0) + (k >>> 0)
        if (offset + 4 > captured) return 0
        a = view.getInt32(start + offset)
        break
      }
      case LdhInd: {
        const offset = (x >>> 0) + (k >>> 0)
        if (offset + 2 > captured) return 0
        a = view.getUint16(start + offset)
        break
      }
      case LdbInd: {
        const offset = (x >>> 0) + (k >>> 0)
        if (offset + 1 > captured) return 0
        a = view.getUint8(start + offset)
        break
      }
      case LdxMsh: {
        const offset = k >>> 0
        if (offset + 1 > captured) return 0
        x = (view.getUint8(start + offset) & 0xf) << 2
        break
      }
      case LdImm: a = k; break
      case LdMem: a = scratch[k]; break
      case LdLen: a = wire | 0; break
      case LdxImm: x = k; break
      case LdxMem: x = scratch[k]; break
      case LdxLen: x = wire | 0; break
      case St: scratch[k] = a; break
      case Stx: scratch[k] = x; break
      case Tax: x = a; break
      case Txa: a = x; break

      case AddK: a = (a + k) | 0; break
      case SubK: a = (a - k) | 0; break
      case MulK: a = Math.imul(a, k); break
      case DivK: a = ((a >>> 0) / (k >>> 0)) | 0; break
      case ModK: a = ((a >>> 0) % (k >>> 0)) | 0; break
      case OrK: a |= k; break
      case AndK: a &= k; break
      case XorK: a ^= k; break
      case LshK: a = k >>> 0 < 32 ? a << k : 0; break
      case RshK: a = k >>> 0 < 32 ? (a >>> k) | 0 : 0; break
      case AddX: a = (a + x) | 0; break
      case SubX: a = (a - x) | 0; break
      case MulX: a = Math.imul(a, x); break
      case DivX:
        if (x === 0) return 0
        a = ((a >>> 0) / (x >>> 0)) | 0
        break
      case ModX:
        if (x === 0) return 0
        a = ((a >>> 0) % (x >>> 0)) | 0
        break
      case OrX: a |= x; break
      case AndX: a &= x; break
      case XorX: a ^= x; break
      case LshX: a = x >>> 0 < 32 ? a << x : 0; break
      case RshX: a = x >>> 0 < 32 ? (a >>> x) | 0 : 0; break
      case Neg: a = -a | 0; break

      case Ja: at += k; break
      case JeqK: at += a === k ? jt[at] : jf[at]; break
      case JgtK: at += a >>> 0 > k >>> 0 ? jt[at] : jf[at]; break
      case JgeK: at += a >>> 0 >= k >>> 0 ? jt[at] : jf[at]; break
      case JsetK: at += (a & k) !== 0 ? jt[at] : jf[at]; break
      case JeqX: at += a === x ? jt[at] : jf[at]; break
      case JgtX: at += a >>> 0 > x >>> 0 ? jt[at] : jf[at]; break
      case JgeX: at += a >>> 0 >= x >>> 0 ? jt[at] : jf[at]; break
      case JsetX: at += (a & x) !== 0 ? jt[at] : jf[at]; break

      case RetK: return k
      case RetA: return a
    }
  }
}
