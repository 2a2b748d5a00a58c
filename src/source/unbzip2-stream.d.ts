declare module 'unbzip2-stream' {
  /** A stream of Node's first kind: octets of bzip2 in, what they hold out. */
  export default function unbzip2(): NodeJS.ReadWriteStream
}
