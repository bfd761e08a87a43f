# expect: timeout
# full: timeout
# idea: catch everything and answer each deadline with a ctx call, which the host holds back
def tick(ctx):
    while True:
        try:
            while True:
                ctx.state.get("nothing")
        except:
            try:
                ctx.log.warn("still here")
            except:
                pass
