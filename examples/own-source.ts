/** A source of one's own: frames as they come from elsewhere, here from a generator. */
import { basic, observe, type Frame, type Packet, type PacketSource } from 'flowweir'
import { ethernet, ipv4, text, udp } from 'flowweir/testing'

class FrameSource implements PacketSource {
  readonly name = 'frames'
  readonly size = null
  readonly filtered = null
  readonly dropped = null
  readonly fault = null
  position = 0
  private frame: Frame | null = null
  private readonly frames: AsyncIterator<Frame, undefined>
  constructor(frames: AsyncIterable<Frame, undefined>) { this.frames = frames[Symbol.asyncIterator]() }

  next(packet: Packet): boolean {
    if (this.frame === null) return false
    const { bytes, seconds, nanoseconds = 0 } = this.frame
    packet.bytes = bytes
    packet.view = new DataView(bytes.buffer)
    packet.start = bytes.byteOffset
    packet.capturedLength = packet.wireLength = bytes.length
    packet.seconds = seconds
    packet.nanoseconds = nanoseconds
    this.frame = null
    return true
  }
  async refill(): Promise<boolean> {
    this.frame = (await this.frames.next()).value ?? null
    this.position += this.frame?.bytes.length ?? 0
    return this.frame !== null
  }
  async close(): Promise<void> { await this.frames.return?.() }
}

async function* greetings(): AsyncGenerator<Frame, undefined> {
  const datagram = udp({ sourcePort: 5353, destinationPort: 7 }, text('hello'))
  for (let seconds = 1; seconds <= 3; seconds++) yield { bytes: ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, datagram)), seconds }
}
for await (const flow of observe(new FrameSource(greetings()), { chains: [basic] })) console.log(flow)
