# expect: security
# full: security
# idea: send a frame of no bytes at all
def tick(ctx):
    ctx.log._output._link._write(b"\0\0\0\0")
    ctx.log.info("after nothing")
