"""What talks in the captures (see record.sh): a web server, a name server that knows one name, one that asks it, a switch; and what cleans a capture."""
import ctypes
import fcntl
import http.server
import select
import socket
import struct
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """As many octets as the path says."""
    protocol_version = 'HTTP/1.1'
    server_version = 'weir'
    sys_version = ''

    def do_GET(self):
        size = int(self.path[1:])
        self.send_response(200)
        self.send_header('Content-Length', str(size))
        self.end_headers()
        self.wfile.write(b'weir' * (size // 4) + b'.' * (size % 4))

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


def serve():
    names = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    names.bind(('::', 53))

    def answer():
        while True:
            query, client = names.recvfrom(512)
            record = b'\xc0\x0c' + struct.pack('>HHIH', 1, 1, 60, 4) + socket.inet_aton('192.0.2.80')
            names.sendto(query[:2] + b'\x81\x80\0\1\0\1\0\0\0\0' + query[12:] + record, client)

    threading.Thread(target=answer, daemon=True).start()
    Server(('::', 8080), Handler).serve_forever()


def ask(address, port='53'):
    family, _, _, _, where = socket.getaddrinfo(address, int(port), type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        client.connect(where)
        client.send(b'\x12\x34\1\0\0\1\0\0\0\0\0\0\4weir\7example\0\0\1\0\1')
        try:
            client.recv(512)
        except OSError:
            pass


def switch(access, trunk, vid):
    """Between an access port of a VLAN and a trunk; what comes in is untagged by the kernel already."""
    tag = struct.pack('>HH', 0x8100, int(vid))
    ports = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) for _ in range(2)]
    for port, name in zip(ports, (access, trunk)):
        port.bind((name, 3))
    while True:
        for port in select.select(ports, [], [])[0]:
            frame, where = port.recvfrom(65536)
            if where[2] == socket.PACKET_OUTGOING:
                continue
            if port is ports[0]:
                ports[1].send(frame[:12] + tag + frame[12:])
            else:
                ports[0].send(frame)


def plain(interface):
    """No checksum, segmentation or receive offload (linux/ethtool.h: STXCSUM, STSO, SGSO, SGRO)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in (0x17, 0x1F, 0x24, 0x2C):
            value = ctypes.create_string_buffer(struct.pack('II', command, 0))
            fcntl.ioctl(control, 0x8946, struct.pack('16sP', interface.encode(), ctypes.addressof(value)))


def strip(source, target):
    """Copies a capture; from a pcapng, without the options that name the machine and its programs, and without blocks that are no packets."""
    with open(source, 'rb') as file:
        data = file.read()
    out = data
    if data[:4] == b'\n\r\r\n':
        out = b''
        at = 0
        while at < len(data):
            kind, length = struct.unpack_from('<II', data, at)
            body = data[at + 8:at + length - 4]
            if kind == 0x0A0D0D0A:
                body = body[:16]
            elif kind == 1:
                body = body[:8] + options(body[8:], keep=(2, 9))  # if_name, if_tsresol
            if kind in (0x0A0D0D0A, 1, 6):
                out += struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)
            at += length
    with open(target, 'wb') as file:
        file.write(out)


def options(data, keep):
    out = b''
    at = 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from('<HH', data, at)
        size = 4 + (length + 3) // 4 * 4
        if code in keep:
            out += data[at:at + size]
        at += size
    return out + bytes(4)


if __name__ == '__main__':
    {f.__name__: f for f in (serve, ask, switch, plain, strip)}[sys.argv[1]](*sys.argv[2:])
