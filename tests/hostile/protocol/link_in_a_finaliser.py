# expect: done
# idea: speak from a finaliser that runs while another message is under way
# full: done
def tick(ctx):
    class Last:
        def __del__(self):
            try:
                print("last words", ctx.state.get("x"))
            except RuntimeError as error:
                print("refused:", error)

    for number in range(200):
        ring = [Last()]
        ring.append(ring)
        ctx.state.set("x", [number] * 50)
    print(ctx.state.get("x")[0])
