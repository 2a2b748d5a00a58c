/** States of the two ends of a TCP connection, and what became of it in the words of Zeek's conn.log. @source https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html */
export const TCP_STATES = ['OTH', 'S0', 'S1', 'SF', 'REJ', 'S2', 'S3', 'RSTO', 'RSTR', 'RSTOS0', 'RSTRH', 'SH', 'SHR'] as const

const FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10

/** States of an end: it sent nothing, a SYN, a SYN+ACK out of turn, something of a connection whose beginning was not seen, ... */
const INACTIVE = 0, SYN_SENT = 1, SYN_ACK_SENT = 2, PARTIAL = 3, ESTABLISHED = 4, CLOSED = 5, RESET = 6
/** A RST behind its FIN. */
const CLOSED_AND_RESET = 7

/** The state of the end that sent a segment. @param length octets of payload */
export function endpointAfter(mine: number, theirs: number, flags: number, isClient: boolean, length: number): number {
  switch (mine) {
    case INACTIVE:
      if ((flags & RST) !== 0) return RESET
      if ((flags & FIN) !== 0) return CLOSED
      if ((flags & SYN) !== 0) return !isClient ? ESTABLISHED : (flags & ACK) !== 0 ? SYN_ACK_SENT : SYN_SENT
      // some acknowledge a SYN before they answer it
      if (!isClient && length === 0 && theirs === SYN_SENT) return INACTIVE
      return (flags & ACK) !== 0 && theirs === ESTABLISHED ? ESTABLISHED : PARTIAL
    case CLOSED:
      return (flags & RST) !== 0 && theirs !== CLOSED ? CLOSED_AND_RESET : CLOSED
    case RESET:
    case CLOSED_AND_RESET:
      return mine
    default:
      if ((flags & RST) !== 0) return RESET
      if ((flags & FIN) !== 0) return CLOSED
      return mine === PARTIAL && theirs === INACTIVE && (flags & (SYN | ACK)) === SYN ? SYN_SENT : mine
  }
}

/** The state of the end that it was sent to. */
export function peerAfter(mine: number, theirs: number, flags: number, isClient: boolean): number {
  if (mine === INACTIVE && !isClient && (flags & SYN) !== 0 && theirs === SYN_SENT) return ESTABLISHED
  // FIN, RST, and the FIN of the other end: an end like others
  if ((mine === ESTABLISHED || mine === PARTIAL) && (flags & (FIN | RST)) === FIN && theirs === CLOSED_AND_RESET) return CLOSED
  return theirs
}

/** @param isEmpty no octets were carried, by sequence numbers */
export function connectionState(client: number, server: number, isEmpty: boolean): (typeof TCP_STATES)[number] {
  const clientReset = client === RESET || client === CLOSED_AND_RESET, serverReset = server === RESET || server === CLOSED_AND_RESET
  const clientUnknown = client === INACTIVE || client === PARTIAL, serverUnknown = server === INACTIVE || server === PARTIAL
  if (serverReset) {
    if (client === SYN_SENT || client === SYN_ACK_SENT || (clientReset && isEmpty)) return 'REJ'
    return clientUnknown ? 'RSTRH' : 'RSTR'
  }
  if (clientReset) return serverUnknown ? 'RSTOS0' : 'RSTO'
  if (client === CLOSED && server === CLOSED) return 'SF'
  if (client === CLOSED) return serverUnknown ? 'SH' : 'S2'
  if (server === CLOSED) return clientUnknown ? 'SHR' : 'S3'
  if (client === SYN_SENT && server === INACTIVE) return 'S0'
  return client === ESTABLISHED && server === ESTABLISHED ? 'S1' : 'OTH'
}
