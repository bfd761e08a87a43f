# expect: security
# full: security
# idea: announce four thousand million bytes in the length of a frame
def tick(ctx):
    link = ctx.log._output._link
    link._write(b"\xff\xff\xff\xff" + b"x" * 100)
    print("sent a frame that never ends")
