"""HTTP/2 server on the library h2: answers by device token; one command a line on standard input."""
import argparse
import asyncio
import hashlib
import ssl
import sys

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    RequestReceived,
    SettingsAcknowledged,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

# Frames to a client that reads slowly wait here, not in memory without bound.
HIGH_WATER_BYTES = 65536

options = None
connections = set()


class Connection(asyncio.Protocol):
    def __init__(self):
        self.h2 = H2Connection(config=H2Configuration(client_side=False, header_encoding="latin-1"))
        self.requests = {}
        self.unsent = {}
        self.answered = 0
        self.highest = 0
        self.leaving = False
        self.ended = False
        self.acknowledged = False
        self.acknowledgements = []
        self.writable = True
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
        connections.add(self)
        initial = {SettingCodes.MAX_CONCURRENT_STREAMS: options.stream_limit or 100}
        if options.header_table is not None:
            initial[SettingCodes.HEADER_TABLE_SIZE] = options.header_table
        self.h2.local_settings = Settings(client=False, initial_values=initial)
        self.h2.initiate_connection()
        self.flush()

    def connection_lost(self, _error):
        connections.discard(self)
        if not self.lost.done():
            self.lost.set_result(None)

    def pause_writing(self):
        self.writable = False

    def resume_writing(self):
        self.writable = True
        self.send_unsent()

    def flush(self):
        data = self.h2.data_to_send()
        if data and not self.transport.is_closing():
            self.transport.write(data)

    def data_received(self, data):
        if self.ended:
            return
        try:
            events = self.h2.receive_data(data)
        except ProtocolError as error:
            print(f"protocol error: {type(error).__name__} {error}", file=sys.stderr, flush=True)
            self.flush()
            self.transport.close()
            return
        for event in events:
            if self.ended:
                break
            self.on_event(event)
        self.flush()
        if self.leaving and not self.ended and not self.unsent:
            self.goodbye()

    def on_event(self, event):
        if isinstance(event, RequestReceived):
            self.requests[event.stream_id] = (dict(event.headers)[":path"].rsplit("/", 1)[-1], bytearray())
        elif isinstance(event, DataReceived):
            self.requests[event.stream_id][1].extend(event.data)
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.answer(event.stream_id)
        elif isinstance(event, StreamReset):
            self.requests.pop(event.stream_id, None)
            self.unsent.pop(event.stream_id, None)
        elif isinstance(event, WindowUpdated):
            self.send_unsent()
        elif isinstance(event, SettingsAcknowledged):
            if not self.acknowledged:
                # Initial values bind the client from here on; the library sees to later changes only.
                self.acknowledged = True
                if options.header_table is not None:
                    self.h2.decoder.max_allowed_table_size = options.header_table
            elif self.acknowledgements:
                self.acknowledgements.pop(0).set_result(None)
        elif isinstance(event, ConnectionTerminated):
            self.transport.close()

    def answer(self, stream):
        token, body = self.requests.pop(stream)
        print(f"REQUEST {token}")
        self.highest = max(self.highest, stream)
        if token.startswith(options.gone_prefix):
            status, headers, answer = "410", [("content-type", "application/json")], options.gone_body.encode()
        elif token.startswith(options.large_prefix):
            status, headers, answer = "200", [("content-type", "text/plain")], b"x" * options.large_bytes
        else:
            receipt = f"{len(body)}-{hashlib.sha256(body).hexdigest()[:16]}"
            status, headers, answer = "200", [("apns-unique-id", receipt)], b""
        headers = [(":status", status), *headers, ("content-length", str(len(answer)))]
        self.h2.send_headers(stream, headers, end_stream=not answer)
        if answer:
            self.unsent[stream] = answer
            self.send_unsent()
        self.answered += 1
        if self.answered == options.requests_per_connection:
            self.leaving = True
            if not self.unsent:
                self.goodbye()

    def send_unsent(self):
        if self.ended:
            return
        for stream, rest in list(self.unsent.items()):
            while rest and self.writable:
                size = min(len(rest), self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
                if size <= 0:
                    break
                self.h2.send_data(stream, rest[:size], end_stream=size == len(rest))
                rest = rest[size:]
                self.flush()
            if rest:
                self.unsent[stream] = rest
            else:
                del self.unsent[stream]
        self.flush()
        if self.leaving and not self.unsent:
            self.goodbye()

    def goodbye(self):
        """GOAWAY that names the last stream answered; streams above it were not looked at, and the client may send them again."""
        if self.ended:
            return
        self.ended = True
        self.h2.close_connection(ErrorCodes.NO_ERROR, last_stream_id=self.highest)
        self.flush()
        # The client closes; should it not, this end does.
        asyncio.get_running_loop().call_later(5, self.transport.close)

    def change(self, code, value):
        done = asyncio.get_running_loop().create_future()
        self.acknowledgements.append(done)
        self.h2.update_settings({code: value})
        self.flush()
        return done


async def obey(command, value, server):
    if command == "stop":
        server.close()
        waiting = [connection.lost for connection in connections]
        for connection in list(connections):
            connection.leaving = True
            if not connection.unsent:
                connection.goodbye()
        if waiting:
            await asyncio.wait(waiting, timeout=8)
    else:
        code = {"streams": SettingCodes.MAX_CONCURRENT_STREAMS, "table": SettingCodes.HEADER_TABLE_SIZE}[command]
        await asyncio.gather(*[connection.change(code, int(value)) for connection in list(connections)])
    print(f"DONE {command}", flush=True)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    context.set_alpn_protocols(["h2"])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", options.port, ssl=context)
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        command, _, value = line.decode().strip().partition(" ")
        await obey(command, value, server)
        if command == "stop":
            break


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--certificate", required=True)
parser.add_argument("--key", required=True)
parser.add_argument("--gone-prefix", required=True)
parser.add_argument("--gone-body", required=True)
parser.add_argument("--large-prefix", required=True)
parser.add_argument("--large-bytes", type=int, required=True)
parser.add_argument("--stream-limit", type=int)
parser.add_argument("--header-table", type=int)
parser.add_argument("--requests-per-connection", type=int, default=0)
options = parser.parse_args()
sys.stdout.reconfigure(line_buffering=True)
asyncio.run(main())
