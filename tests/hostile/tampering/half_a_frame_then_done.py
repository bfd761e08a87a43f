# expect: security | timeout
# full: security | timeout
# idea: send the head of a frame and let the report of our own end become its body
# timeout: 0.4
def tick(ctx):
    ctx.log._output._link._write(b"\0\0\0\x0b")
