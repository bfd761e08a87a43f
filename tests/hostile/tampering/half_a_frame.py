# expect: timeout
# full: timeout
# idea: send half of a message, keep the rest, and wait for an answer to it
# timeout: 0.4
def tick(ctx):
    link = ctx.log._output._link
    link._write(b"\0\0\1\0" + b"x" * 10)
    link.receive()
