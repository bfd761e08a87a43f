# expect: error ImportError
# idea: wrap every number as a socket, should one of them be the host's control socket
# full: done
import socket


def use(number):
    found = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, fileno=number)
    try:
        print("ESCAPED: told", found.getpeername())
        print("ESCAPED: heard", socket.recv_fds(found, 100, 4, socket.MSG_DONTWAIT))
    finally:
        found.detach()


for number in range(64):
    try:
        use(number)
    except OSError as error:
        print(number, error.errno)
