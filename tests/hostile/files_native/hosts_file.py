# expect: error ImportError
# idea: learn the line of /etc/hosts for this machine
# full: done
import socket

for name in ("localhost", "ip6-localhost"):
    try:
        print("resolved", name, "to", socket.gethostbyname(name))
    except OSError as error:
        print("refused:", error)
try:
    print("ESCAPED: the machine is called", socket.gethostname())
except OSError as error:
    print("refused:", error.errno)
