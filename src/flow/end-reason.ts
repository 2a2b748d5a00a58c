/** Why a record ended. The codes are those of IPFIX's flowEndReason. @source RFC 7012, information element 136 */
export const EndReason = { Idle: 1, Active: 2, End: 3, Forced: 4, Resources: 5 } as const
export type EndReason = (typeof EndReason)[keyof typeof EndReason]

export type EndReasonName = 'idle' | 'active' | 'end' | 'forced' | 'resources'

/** Names by code; there is no code 0. */
export const END_REASON_NAMES = ['', 'idle', 'active', 'end', 'forced', 'resources'] as const
