# expect: security
# full: security
# idea: promise a frame of four gigabytes and send zeros until the host has enough
def tick(ctx):
    link = ctx.state._ask.__self__._link
    link._write(b"\xff\xff\xff\xff" + b"\0" * 1_000_000)
    while True:
        link._write(b"\0" * 1_000_000)
