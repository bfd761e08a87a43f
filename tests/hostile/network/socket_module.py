# expect: error ImportError
# idea: use the interpreter's own sockets against each target
# full: done
import socket

config = ctx.config
doors = (
    lambda: socket.create_connection(("127.0.0.1", config["tcp"]), 1),
    lambda: socket.create_server(("127.0.0.1", 0)),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", config["udp"])),
    lambda: socket.socket(socket.AF_UNIX).connect(config["unix"]),
    lambda: socket.socket(socket.AF_UNIX).connect("\0" + config["abstract"]),
    socket.socketpair,
    lambda: socket.getaddrinfo("localhost", config["tcp"]),
    lambda: socket.if_nameindex(),
)
for number, door in enumerate(doors):
    try:
        print("ESCAPED: opened", number, door())
    except OSError as error:
        print("refused:", number, error)
