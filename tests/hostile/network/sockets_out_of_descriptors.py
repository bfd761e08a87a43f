# expect: error ImportError
# idea: wrap every number as a socket, should one of them be the host's control socket
import socket

for number in range(64):
    try:
        found = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, fileno=number)
        found.setblocking(False)
        print("ESCAPED: told", found.getsockname(), found.getpeername())
    except OSError as error:
        print(number, error.errno)
        continue
    try:
        print("ESCAPED: heard", socket.recv_fds(found, 100, 4))
    except OSError as error:
        print(number, error.errno)
    found.detach()
